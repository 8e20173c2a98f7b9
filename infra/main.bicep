// Everything that the app needs in Azure, in one group of its own; and its roles on what it restores.
// Nothing here changes by itself: the same parameters make the same template. docs/deploy.md leads through it.
targetScope = 'subscription'

import { armId, subscriptionId } from 'modules/reading.bicep'

// ---- Where -------------------------------------------------------------------------------------

@minLength(1)
@maxLength(40)
@description('Name of the environment, of azd for instance. All names come from it, the subscription and the location.')
param environmentName string

@minLength(1)
@description('Azure region of all resources but the storage account in a group of yours, which has the same.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Name of the resource group. It is created, and `azd down` deletes it.')
param resourceGroupName string = 'rg-${environmentName}'

@description('An existing resource group, in this subscription, for the storage account. `azd down` leaves it, and the ledger in it. Empty: the group above, and the ledger goes with it.')
param storageResourceGroupName string = ''

@description('Redundancy of the storage account. ZRS survives the loss of a zone and loses no write; choose LRS in a region without zones. Geo-redundancy copies late: a ledger that forgets its last minutes can restore twice.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_ZRS'

@description('Tags of all resources.')
param tags object = {}

// ---- The plan ----------------------------------------------------------------------------------

@description('Python on the plan. The packages of requirements.txt must have wheels for it.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.12'

@description('Memory of an instance in MB. What runs is billed by it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('As many instances as the app may have. 40 is the least that Azure accepted when this was written.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are always there, by group: http, durable, or function:NAME (function:take_restore_request, function:reconcile_restores). Billed all the time; none unless you say so.')
param alwaysReady { name: string, instanceCount: int }[] = []

@description('Whether instances are spread over zones. Then each always-ready group needs two.')
param zoneRedundant bool = false

// ---- What the app may touch --------------------------------------------------------------------

@description('ARM ids of the Recovery Services vaults that it restores from: they get the custom role of role-definition.json. Without any the app can restore nothing.')
param vaultIds string[] = []

@description('Ids (GUIDs) of subscriptions in which the app may look for the vault of a VM: they get the custom role as a whole. Needed only for requests without vaultId.')
param searchSubscriptionIds string[] = []

@description('ARM ids of the resource groups whose VMs are restored: Virtual Machine Contributor. Needed for AlternateLocation and OriginalLocation; for RestoreDisks Microsoft lists it, too.')
param sourceGroupIds string[] = []

@description('ARM ids of the resource groups that disks and VMs are restored into, and of the group of their virtual network where that is another: Contributor.')
param targetGroupIds string[] = []

@description('ARM ids of the staging storage accounts: Storage Account Contributor. Leave out those that the vault\'s own identity is used for (identityInfo).')
param stagingAccountIds string[] = []

@description('Object ids of the users, groups or identities that may put requests on the queue: Storage Queue Data Message Sender on restore-requests alone.')
param requestSenderIds string[] = []

@description('Object ids of the users, groups or identities that may put alerts on the queue: Storage Queue Data Message Sender on restore-alerts alone.')
param alertSenderIds string[] = []

@description('Object ids of those who may take events: Storage Queue Data Message Processor on restore-events alone.')
param eventReaderIds string[] = []

// ---- Who may call it ---------------------------------------------------------------------------

@description('Networks (CIDR) that may call the app over HTTP; empty: all, with a key.')
param allowedCallers string[] = []

@description('Application (client) id of an app registration that stands for this app. With it App Service authentication is on: callers bring a token of this tenant, and with function-keys (RESTORE_AUTHENTICATION) a key as well. Empty: function keys alone.')
param authClientId string = ''

@description('With authClientId: client ids of the applications that may call. Empty: all that get a token.')
param authAllowedApplications string[] = []

@description('With authClientId: object ids of the users, groups and service principals that may call. Empty: all.')
param authAllowedPrincipals string[] = []

// ---- The network -------------------------------------------------------------------------------

@description('Whether the storage account is reached through private endpoints only, from a virtual network of its own.')
param privateNetwork bool = false

@description('With privateNetwork: whether the app is reached through a private endpoint only. Then deploy from inside the network.')
param privateApp bool = false

@description('With privateNetwork: the network\'s address space, a /24 or larger that nothing else uses.')
param addressSpace string = '10.91.0.0/24'

// ---- What is seen ------------------------------------------------------------------------------

@description('E-mail addresses that alerts go to. Without any, and without actionGroupIds, alerts show in the portal only.')
param alertEmails string[] = []

@description('ARM ids of action groups of yours that alerts go to as well.')
param actionGroupIds string[] = []

@description('Minutes after which an alert tells that a restore waits for an approval.')
@minValue(1)
param alertApprovalMinutes int = 15

@description('Where docs/operating.md can be read, for links in alerts: its URL in your repository or wiki.')
param runbooksUrl string = 'docs/operating.md'

@description('Send telemetry by OpenTelemetry, from host and worker. The package azure-monitor-opentelemetry must be deployed, too.')
param openTelemetry bool = false

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('The most that is logged in a day, in GB; -1: no limit. Past it nothing is seen until the next day, and the alert on silence fires.')
param logDailyCapGb int = -1

@description('Whether reads of the storage account are logged, too: who read, for many log lines. The task hub alone reads all the time.')
param logStorageReads bool = false

@description('Whether the host\'s log goes to the workspace beside Application Insights, which has the same.')
param logHost bool = false

@description('Whether an Event Grid topic is made. Name it in RESTORE_NOTIFY, and the app sends events to it.')
param eventTopic bool = false

// ---- What asks it ------------------------------------------------------------------------------

@description('Object id of the app registration of authClientId. With it an action group is made that sends Azure Monitor\'s alerts to the app, with a token instead of a key. Empty: none.')
param alertReceiverObjectId string = ''

@description('Whether each VM that is deleted in this subscription is told to the app, by Event Grid and the queue restore-alerts. Azure allows one topic of this kind for each subscription.')
param deletedVmEvents bool = false

// ---- The app's own settings: names and defaults of restore/settings.py -------------------------

@description('The only cloud whose Resource Manager ever gets a token.')
@allowed(['public', 'usgovernment', 'china'])
param AZURE_CLOUD string = 'public'

@description('Version of Azure Backup\'s API.')
param BACKUP_API_VERSION string = '2026-07-01'

@description('Seconds until the first look at an operation or job.')
@minValue(5)
@maxValue(3600)
param RESTORE_POLL_S_FIRST int = 30

@description('The shortest wait between looks at a job, in seconds.')
@minValue(5)
@maxValue(3600)
param RESTORE_POLL_S_MIN int = 60

@description('The longest wait between looks at a job, in seconds.')
@minValue(5)
@maxValue(3600)
param RESTORE_POLL_S_MAX int = 300

@description('Seconds that a job may take to appear in the vault\'s list after a lost reply. Too short risks a second restore.')
@minValue(0)
@maxValue(3600)
param RESTORE_JOB_SEARCH_S int = 120

@description('Seconds to wait for Azure\'s answer to one call. At most 95 with a functionTimeout of 5 minutes.')
@minValue(1)
@maxValue(600)
param ARM_TIMEOUT_S int = 60

@description('Seconds between two looks of the reconciler at all that is open. Must divide a minute or an hour.')
@minValue(5)
@maxValue(3600)
param RESTORE_RECONCILE_S int = 300

@description('How often a restore that nobody follows any more is started again.')
@minValue(1)
@maxValue(20)
param RESTORE_REVIVALS_MAX int = 3

@description('Days after which finished histories, plans, data of large events and rejected messages are deleted.')
@minValue(1)
@maxValue(3650)
param RESTORE_KEEP_D int = 30

@description('Seconds in which equal messages without a requestId are one restore. 0: each is one of its own.')
@minValue(0)
@maxValue(86400)
param RESTORE_DUPLICATE_WINDOW_S int = 600

@description('How callers are known: function-keys, or entra-id for tokens of Entra ID alone, which takes authClientId.')
@allowed(['function-keys', 'entra-id'])
param RESTORE_AUTHENTICATION string = 'function-keys'

@description('https address of the app\'s routes as people reach it, with their prefix, such as https://NAME.azurewebsites.net/api. Links in events and notifications begin with it. Empty: they are paths.')
param RESTORE_PUBLIC_URL string = ''

@description('What may be restored: JSON, or the name of a JSON file in the app\'s folder. Empty: the default policy.')
param RESTORE_POLICY string = ''

@description('Vaults, or subscriptions, in which the backup of a VM is looked for when neither Azure Backup nor Resource Graph knows it. The role is assigned by vaultIds and searchSubscriptionIds.')
param RESTORE_VAULTS string[] = []

@description('Which alerts restore which VMs: JSON, or the name of a JSON file in the app\'s folder. Empty: alerts are recorded only.')
param RESTORE_RULES string = ''

@description('Whether all restores that alerts ask for are stopped.')
param RESTORE_ALERTS_STOPPED bool = false

@description('Who may ask to send alerts, by handshake: host names, and ARM ids of topics or of what they lie under.')
param RESTORE_ALERT_ORIGINS string[] = ['eventgrid.azure.net']

@description('Who is told of which events: JSON, or the name of a JSON file in the app\'s folder. Empty: nobody.')
param RESTORE_NOTIFY string = ''

@description('The secrets that RESTORE_NOTIFY names: each setting (RESTORE_NOTIFY_…) with the ARM id of the Key Vault secret that it is a reference to. The app\'s identity may read these secrets, and no others.')
param notifySecrets { setting: string, secretId: string }[] = []

@description('How long a function may run, such as 00:05:00. Empty: functionTimeout of host.json.')
param AzureFunctionsJobHost__functionTimeout string = ''

// ------------------------------------------------------------------------------------------------

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var storageGroup = empty(storageResourceGroupName) ? resourceGroupName : storageResourceGroupName
var packageContainer = 'app-package'
var roles = loadJsonContent('roles.json')
var definition = loadJsonContent('role-definition.json')
var vaults = map(vaultIds, id => armId(id, 9, '/providers/microsoft.recoveryservices/vaults/', 'vaultIds'))
var searched = map(searchSubscriptionIds, id => subscriptionId(id, 'searchSubscriptionIds'))
var sources = map(sourceGroupIds, id => armId(id, 5, '/resourcegroups/', 'sourceGroupIds'))
var targets = map(targetGroupIds, id => armId(id, 5, '/resourcegroups/', 'targetGroupIds'))
var staging = map(
  stagingAccountIds,
  id => armId(id, 9, '/providers/microsoft.storage/storageaccounts/', 'stagingAccountIds')
)
var settings = {
  AZURE_CLOUD: AZURE_CLOUD
  BACKUP_API_VERSION: BACKUP_API_VERSION
  RESTORE_POLL_S_FIRST: string(RESTORE_POLL_S_FIRST)
  RESTORE_POLL_S_MIN: string(RESTORE_POLL_S_MIN)
  RESTORE_POLL_S_MAX: string(RESTORE_POLL_S_MAX)
  RESTORE_JOB_SEARCH_S: string(RESTORE_JOB_SEARCH_S)
  ARM_TIMEOUT_S: string(ARM_TIMEOUT_S)
  RESTORE_RECONCILE_S: string(RESTORE_RECONCILE_S)
  RESTORE_REVIVALS_MAX: string(RESTORE_REVIVALS_MAX)
  RESTORE_KEEP_D: string(RESTORE_KEEP_D)
  RESTORE_DUPLICATE_WINDOW_S: string(RESTORE_DUPLICATE_WINDOW_S)
  RESTORE_POLICY: RESTORE_POLICY
  RESTORE_AUTHENTICATION: RESTORE_AUTHENTICATION
  RESTORE_PUBLIC_URL: RESTORE_PUBLIC_URL
  RESTORE_VAULTS: join(RESTORE_VAULTS, ',')
  RESTORE_RULES: RESTORE_RULES
  RESTORE_ALERTS_STOPPED: toLower(string(RESTORE_ALERTS_STOPPED))
  RESTORE_ALERT_ORIGINS: join(RESTORE_ALERT_ORIGINS, ',')
  RESTORE_NOTIFY: RESTORE_NOTIFY
  AzureFunctionsJobHost__functionTimeout: AzureFunctionsJobHost__functionTimeout
}
var secrets = map(notifySecrets, each => {
  setting: startsWith(each.setting, 'RESTORE_NOTIFY_')
    ? each.setting
    : fail('notifySecrets: ${each.setting} does not begin with RESTORE_NOTIFY_')
  id: armId(each.secretId, 11, '/providers/microsoft.keyvault/vaults/', 'notifySecrets')
})
var secretSettings = toObject(
  secrets,
  each => each.setting,
  each => '@Microsoft.KeyVault(VaultName=${split(each.id, '/')[8]};SecretName=${last(split(each.id, '/'))})'
)
var storageServices = [
  { name: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { name: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { name: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
]
var appZones = {
  AzureCloud: 'privatelink.azurewebsites.net'
  AzureUSGovernment: 'privatelink.azurewebsites.us'
  AzureChinaCloud: 'privatelink.chinacloudsites.cn'
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: resourceGroupName
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  name: 'identity-${token}'
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring-${token}'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    componentName: 'appi-${token}'
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage-${token}'
  scope: resourceGroup(storageGroup)
  params: {
    name: 'st${token}'
    location: location
    tags: allTags
    sku: storageSku
    principalId: identity.outputs.principalId
    requestSenderIds: requestSenderIds
    alertSenderIds: alertSenderIds
    eventReaderIds: eventReaderIds
    packageContainer: packageContainer
    isPrivate: privateNetwork
    keepDays: RESTORE_KEEP_D
    logsReads: logStorageReads
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network-${token}'
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: allTags
    addressSpace: addressSpace
  }
}

module storageEndpoints 'modules/private-endpoint.bicep' = [
  for service in storageServices: if (privateNetwork) {
    name: 'endpoint-${service.name}-${token}'
    scope: group
    params: {
      name: 'pe-${service.name}-${token}'
      location: location
      tags: allTags
      networkId: network!.outputs.id
      subnetId: network!.outputs.endpointSubnetId
      targetId: storage.outputs.id
      service: service.name
      zoneName: service.zone
    }
  }
]

module app 'modules/app.bicep' = {
  name: 'app-${token}'
  scope: group
  dependsOn: [storageEndpoints]
  params: {
    planName: 'plan-${token}'
    appName: 'func-${token}'
    location: location
    tags: allTags
    serviceName: 'api'
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
    isZoneRedundant: zoneRedundant
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    packageContainer: packageContainer
    componentName: monitoring.outputs.componentName
    settings: union(settings, secretSettings)
    openTelemetry: openTelemetry
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    isPrivate: privateNetwork && privateApp
    allowedCallers: allowedCallers
    logsHost: logHost
    workspaceId: monitoring.outputs.workspaceId
  }
}

module appEndpoint 'modules/private-endpoint.bicep' = if (privateNetwork && privateApp) {
  name: 'endpoint-app-${token}'
  scope: group
  params: {
    name: 'pe-app-${token}'
    location: location
    tags: allTags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    targetId: app.outputs.id
    service: 'sites'
    zoneName: appZones[environment().name]
  }
}

var needsAuthentication = RESTORE_AUTHENTICATION == 'entra-id'

module authentication 'modules/authentication.bicep' = if (needsAuthentication || !empty(authClientId)) {
  name: 'authentication-${token}'
  scope: group
  params: {
    appName: app.outputs.name
    clientId: authClientId
    allowedApplications: authAllowedApplications
    allowedPrincipals: authAllowedPrincipals
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts-${token}'
  scope: group
  params: {
    prefix: 'alert-${token}'
    location: location
    tags: allTags
    emails: alertEmails
    actionGroupIds: actionGroupIds
    componentId: monitoring.outputs.componentId
    workspaceId: monitoring.outputs.workspaceId
    storageAccountId: storage.outputs.id
    reconcileSeconds: RESTORE_RECONCILE_S
    approvalMinutes: alertApprovalMinutes
    runbooks: runbooksUrl
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook-${token}'
  scope: group
  params: {
    name: guid(subscription().id, environmentName, location, 'workbook')
    displayName: 'VM restores (${environmentName})'
    location: location
    tags: allTags
    componentId: monitoring.outputs.componentId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alertReceiver 'modules/alert-receiver.bicep' = if (!empty(alertReceiverObjectId)) {
  name: 'alert-receiver-${token}'
  scope: group
  params: {
    name: 'ag-${token}-restore'
    tags: allTags
    appName: app.outputs.name
    clientId: empty(authClientId)
      ? fail('alertReceiverObjectId takes authClientId: without a token a webhook would take a key')
      : authClientId
    objectId: alertReceiverObjectId
  }
}

module vmEvents 'modules/vm-events.bicep' = if (deletedVmEvents) {
  name: 'vm-events-${token}'
  scope: group
  params: {
    name: 'evgst-${token}'
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vmEventsMay 'modules/queue-role.bicep' = if (deletedVmEvents) {
  name: 'vm-events-may-${token}'
  scope: resourceGroup(storageGroup)
  params: {
    accountName: storage.outputs.name
    queueName: 'restore-alerts'
    principalId: vmEvents!.outputs.principalId
    roleId: roles['Storage Queue Data Message Sender']
  }
}

module vmEventsTold 'modules/vm-events-subscription.bicep' = if (deletedVmEvents) {
  name: 'vm-events-told-${token}'
  scope: group
  dependsOn: [vmEvents, vmEventsMay]
  params: {
    topicName: 'evgst-${token}'
    storageAccountId: storage.outputs.id
    queueName: 'restore-alerts'
  }
}

module topic 'modules/event-topic.bicep' = if (eventTopic) {
  name: 'event-topic-${token}'
  scope: group
  params: {
    name: 'evgt-${token}'
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

// A role's name is unique in the tenant, so it holds the environment's.
resource restorer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, location, definition.Name)
  properties: {
    roleName: '${definition.Name} (${environmentName}, ${token})'
    description: definition.Description
    type: 'CustomRole'
    assignableScopes: union(
      [subscription().id],
      map(vaults, id => '/subscriptions/${split(id, '/')[2]}'),
      map(searched, id => '/subscriptions/${id}')
    )
    permissions: [
      {
        actions: definition.Actions
        notActions: definition.NotActions
        dataActions: definition.DataActions
        notDataActions: definition.NotDataActions
      }
    ]
  }
}

module onVaults 'modules/vault-role.bicep' = [
  for (id, index) in vaults: {
    name: 'vault-role-${index}-${token}'
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      vaultName: last(split(id, '/'))
      principalId: identity.outputs.principalId
      roleId: restorer.name
    }
  }
]

module onSubscriptions 'modules/subscription-role.bicep' = [
  for (id, index) in searched: {
    name: 'search-role-${index}-${token}'
    scope: subscription(id)
    params: {
      principalId: identity.outputs.principalId
      roleId: restorer.name
    }
  }
]

module onSources 'modules/group-role.bicep' = [
  for (id, index) in sources: {
    name: 'source-role-${index}-${token}'
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      principalId: identity.outputs.principalId
      roleId: roles['Virtual Machine Contributor']
    }
  }
]

module onTargets 'modules/group-role.bicep' = [
  for (id, index) in targets: {
    name: 'target-role-${index}-${token}'
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      principalId: identity.outputs.principalId
      roleId: roles.Contributor
    }
  }
]

module onSecrets 'modules/secret-role.bicep' = [
  for (each, index) in secrets: {
    name: 'secret-role-${index}-${token}'
    scope: resourceGroup(split(each.id, '/')[2], split(each.id, '/')[4])
    params: {
      vaultName: split(each.id, '/')[8]
      secretName: last(split(each.id, '/'))
      principalId: identity.outputs.principalId
      roleId: roles['Key Vault Secrets User']
    }
  }
]

module onStaging 'modules/account-role.bicep' = [
  for (id, index) in staging: {
    name: 'staging-role-${index}-${token}'
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      accountName: last(split(id, '/'))
      principalId: identity.outputs.principalId
      roleId: roles['Storage Account Contributor']
    }
  }
]

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_STORAGE_RESOURCE_GROUP string = storageGroup
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_FUNCTION_URL string = app.outputs.address
output APP_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output APP_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output EVENT_TOPIC_ENDPOINT string = topic.?outputs.endpoint ?? ''

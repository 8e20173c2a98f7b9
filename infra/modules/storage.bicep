// The app's own storage account: ledger, queues, the orchestrations' histories, the package.
// No keys, no public blobs. It may lie in a group that `azd down` does not own.
param name string
param location string
param tags object
param sku string
@description('The app\'s identity.')
param principalId string
@description('Object ids of those who may send requests to the queue.')
param requestSenderIds string[]
@description('Object ids of those who may send alerts to their queue.')
param alertSenderIds string[]
@description('Object ids of those who may take events from the queue.')
param eventReaderIds string[]
param packageContainer string
@description('Whether only private endpoints lead to it.')
param isPrivate bool
@description('Days after which the app deletes what nobody asks for any more.')
param keepDays int
@description('Whether reads are logged, too. A task hub reads its queues all the time.')
param logsReads bool
param workspaceId string

var roles = loadJsonContent('../roles.json')
var ledger = 'restore-ledger'
var deleted = ['plans/', 'events/', 'rejections/', 'alerts/', 'alert-vms/', 'messages/']
var requests = 'restore-requests'
var events = 'restore-events'
// The host moves what failed five times to NAME-poison, from where the app takes it. It exists from the start, so that neither finds it missing.
var alerts = 'restore-alerts'
var queueNames = [requests, '${requests}-poison', alerts, '${alerts}-poison', events]
var appRoles = ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']
var categories = logsReads ? ['StorageRead', 'StorageWrite', 'StorageDelete'] : ['StorageWrite', 'StorageDelete']
var logs = map(categories, category => { category: category, enabled: true })
var metrics = [{ category: 'Transaction', enabled: true }]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

// Blobs have no soft delete: it would keep every overwritten version of `poll-urls/`, which hold signed URLs.
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 30 }
  }

  resource containers 'containers' = [
    for container in [ledger, packageContainer]: {
      name: container
      properties: { publicAccess: 'None' }
    }
  ]
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'

  resource names 'queues' = [for queue in queueNames: { name: queue }]
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

// The app deletes these itself; this is for an app that does not run. What makes a restore happen
// once only (restores/, slots/, items/, open/) is in no rule, nor is what is still to be sent.
resource lifeCycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'old-documents'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: map(deleted, folder => '${ledger}/${folder}')
            }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: keepDays + 30 } } }
          }
        }
      ]
    }
  }
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queues
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tables
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs, metrics: metrics }
}

resource appMay 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appRoles: {
    scope: account
    name: guid(account.id, principalId, roles[role])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    }
  }
]

resource requestQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: queues
  name: requests
}

resource eventQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: queues
  name: events
}

resource sendersMay 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for sender in requestSenderIds: {
    scope: requestQueue
    name: guid(requestQueue.id, sender, roles['Storage Queue Data Message Sender'])
    properties: {
      principalId: sender
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Queue Data Message Sender']
      )
    }
    dependsOn: [queues::names]
  }
]

resource alertQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: queues
  name: alerts
}

resource alertSendersMay 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for sender in alertSenderIds: {
    scope: alertQueue
    name: guid(alertQueue.id, sender, roles['Storage Queue Data Message Sender'])
    properties: {
      principalId: sender
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Queue Data Message Sender']
      )
    }
    dependsOn: [queues::names]
  }
]

resource readersMay 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for reader in eventReaderIds: {
    scope: eventQueue
    name: guid(eventQueue.id, reader, roles['Storage Queue Data Message Processor'])
    properties: {
      principalId: reader
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Queue Data Message Processor']
      )
    }
    dependsOn: [queues::names]
  }
]

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table

// The Flex Consumption plan and the Function App on it. One app to a plan, no slots.
param planName string
param appName string
param location string
param tags object
@description('How the deployment finds the app: the service of azure.yaml.')
param serviceName string
param pythonVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReady { name: string, instanceCount: int }[]
param isZoneRedundant bool
param identityId string
param identityClientId string
param blobEndpoint string
param queueEndpoint string
param tableEndpoint string
param packageContainer string
param componentName string
@description('The app\'s own settings, by name. What is empty is not set: the app has its default.')
param settings object
@description('The subnet that the app goes out through; empty: none.')
param subnetId string
@description('Whether only a private endpoint leads to it.')
param isPrivate bool
@description('Networks (CIDR) that may call it; empty: all.')
param allowedCallers string[]
@description('Whether the host\'s own log goes to the workspace, beside Application Insights.')
param logsHost bool
@description('Whether host and worker send telemetry by OpenTelemetry.')
param openTelemetry bool
param workspaceId string

// What the host and the platform need. The app itself reads the storage endpoints and the client id.
var platformSettings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  AZURE_CLIENT_ID: identityClientId
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: queueEndpoint
  AzureWebJobsStorage__tableServiceUri: tableEndpoint
  AzureFunctionsJobHost__telemetryMode: openTelemetry ? 'OpenTelemetry' : 'ApplicationInsights'
  OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: 'httpx,requests,urllib,urllib3'
  PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: toLower(string(openTelemetry))
}
var givenSettings = filter(items(settings), setting => !empty(setting.value))

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: isZoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        alwaysReady: alwaysReady
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
    siteConfig: {
      appSettings: concat(
        map(givenSettings, setting => { name: setting.key, value: setting.value }),
        map(items(platformSettings), setting => { name: setting.key, value: setting.value })
      )
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      ipSecurityRestrictionsDefaultAction: empty(allowedCallers) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (network, index) in allowedCallers: {
          name: 'allowed-${index}'
          action: 'Allow'
          ipAddress: network
          priority: 100 + index
        }
      ]
    }
  }

  resource noFtpLogin 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noBasicLogin 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource appDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logsHost) {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = app.id
output name string = app.name
output address string = 'https://${app.properties.defaultHostName}'

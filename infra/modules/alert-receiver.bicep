// An action group that sends Azure Monitor's alerts to the app, with a token of Entra ID instead of a key.
param name string
param tags object
@description('Name of the app.')
param appName string
@description('Application (client) id of the registration that stands for the app.')
param clientId string
@description('Object id of that registration.')
param objectId string

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource receiver 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'vm-restore'
    webhookReceivers: [
      {
        name: 'restore'
        serviceUri: 'https://${app.properties.defaultHostName}/api/alerts'
        useCommonAlertSchema: true
        useAadAuth: true
        objectId: objectId
        identifierUri: 'api://${clientId}'
        tenantId: tenant().tenantId
      }
    ]
  }
}

output id string = receiver.id

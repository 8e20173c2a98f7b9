// App Service authentication in front of the app: whoever calls needs a token of this tenant.
// No client secret: nobody is sent to a login page, callers bring their token, or sign in at /.auth/login/aad.
param appName string
@description('Application (client) id of the app registration that stands for this app. Without one nobody could be known.')
@minLength(1)
param clientId string
@description('Client ids of the applications that may call; empty: every one that gets a token.')
param allowedApplications string[]
@description('Object ids of the people, groups and service principals that may call; empty: all.')
param allowedPrincipals string[]

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource authentication 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: ['/api/live']
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [clientId, 'api://${clientId}']
          defaultAuthorizationPolicy: {
            allowedApplications: empty(allowedApplications) ? null : allowedApplications
            allowedPrincipals: empty(allowedPrincipals) ? null : { identities: allowedPrincipals }
          }
        }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
}

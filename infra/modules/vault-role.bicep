// One role of the app's identity on one Recovery Services vault.
param vaultName string
param principalId string
@description('The role\'s GUID.')
param roleId string

resource vault 'Microsoft.RecoveryServices/vaults@2024-10-01' existing = {
  name: vaultName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, roleId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
  }
}

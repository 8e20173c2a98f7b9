// A virtual network of two subnets: one that the app goes out through, one for private endpoints.
param name string
param location string
param tags object
@description('Address space of the network: a /24 or larger.')
param addressSpace string

var subnets = [
  { name: 'app', delegation: 'Microsoft.App/environments' }
  { name: 'endpoints', delegation: '' }
]

resource groups 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [
  for subnet in subnets: {
    name: '${name}-${subnet.name}'
    location: location
    tags: tags
    properties: {
      securityRules: [
        {
          name: 'nothing-from-outside'
          properties: {
            access: 'Deny'
            direction: 'Inbound'
            priority: 4096
            protocol: '*'
            sourceAddressPrefix: 'Internet'
            sourcePortRange: '*'
            destinationAddressPrefix: '*'
            destinationPortRange: '*'
          }
        }
      ]
    }
  }
]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
    subnets: [
      for (subnet, index) in subnets: {
        name: subnet.name
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 26, index)
          networkSecurityGroup: { id: groups[index].id }
          delegations: empty(subnet.delegation)
            ? []
            : [{ name: 'functions', properties: { serviceName: subnet.delegation } }]
        }
      }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

output id string = network.id
output appSubnetId string = network::app.id
output endpointSubnetId string = network::endpoints.id

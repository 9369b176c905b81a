// The private DNS zones in which the names of workspace, data lake and vault lead to their private endpoints, for one network.

@description('Names of the zones.')
param zones array

@description('Tags.')
param tags object

@description('ARM id of the virtual network that resolves names by these zones.')
param networkId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [for item in zones: {
  name: item
  location: 'global'
  tags: tags
}]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (item, index) in zones: {
  parent: zone[index]
  name: last(split(networkId, '/'))
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: networkId
    }
  }
}]

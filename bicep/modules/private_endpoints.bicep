// The addresses in a network by which workspace, data lake and vault are reached, each registered in its private DNS zone.

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('ARM id of the subnet for the endpoints.')
param subnetId string

@description('ARM id of the resource group that holds the private DNS zones.')
param zonesId string

@description('For each endpoint its name, the ARM id of its target, the part of the target and the zone.')
param endpoints array

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [for item in endpoints: {
  name: item.name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: item.part
        properties: {
          groupIds: [
            item.part
          ]
          privateLinkServiceId: item.targetId
        }
      }
    ]
  }
}]

resource registration 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (item, index) in endpoints: {
  parent: endpoint[index]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: replace(item.zone, '.', '-')
        properties: {
          privateDnsZoneId: '${zonesId}/providers/Microsoft.Network/privateDnsZones/${item.zone}'
        }
      }
    ]
  }
}]

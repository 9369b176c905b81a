// The network of an environment: two subnets for the clusters of Databricks, one for private endpoints, and a way out. New networks have
// no way out by default, and clusters need one: a NAT gateway, whose address is the only one that others see.

@description('Name of the virtual network; what belongs to it is named after it.')
param name string

@description('Azure region.')
param location string

@description('Tags.')
param tags object

@description('Address range of the network.')
param addressSpace string

@description('Name of the subnet for the hosts of clusters.')
param hostSubnetName string

@description('Address range of that subnet.')
param hostSubnetRange string

@description('Name of the subnet for the containers of clusters.')
param containerSubnetName string

@description('Address range of that subnet.')
param containerSubnetRange string

@description('Name of the subnet for private endpoints.')
param endpointSubnetName string

@description('Address range of that subnet.')
param endpointSubnetRange string

@description('Whether clusters reach the control plane through a private endpoint, in the subnet for those.')
param isPrivate bool

// The rules that Databricks puts on its subnets by itself. They stand here so that deploying again does not take them away.
var rulesOfDatabricks = [
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-worker-inbound'
    properties: {
      description: 'Machines of a cluster speak with each other.'
      access: 'Allow'
      direction: 'Inbound'
      priority: 100
      protocol: '*'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'VirtualNetwork'
      destinationPortRange: '*'
    }
  }
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-sql'
    properties: {
      description: 'The metastore.'
      access: 'Allow'
      direction: 'Outbound'
      priority: 101
      protocol: 'Tcp'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'Sql'
      destinationPortRange: '3306'
    }
  }
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-storage'
    properties: {
      description: 'Images, libraries and logs.'
      access: 'Allow'
      direction: 'Outbound'
      priority: 102
      protocol: 'Tcp'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'Storage'
      destinationPortRange: '443'
    }
  }
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-worker-outbound'
    properties: {
      description: 'Machines of a cluster speak with each other.'
      access: 'Allow'
      direction: 'Outbound'
      priority: 103
      protocol: '*'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'VirtualNetwork'
      destinationPortRange: '*'
    }
  }
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-eventhub'
    properties: {
      description: 'Logs and metrics.'
      access: 'Allow'
      direction: 'Outbound'
      priority: 104
      protocol: 'Tcp'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'EventHub'
      destinationPortRange: '9093'
    }
  }
]

// Only where clusters reach the control plane by its public address.
var ruleToControlPlane = [
  {
    name: 'Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-databricks-webapp'
    properties: {
      description: 'The control plane.'
      access: 'Allow'
      direction: 'Outbound'
      priority: 100
      protocol: 'Tcp'
      sourceAddressPrefix: 'VirtualNetwork'
      sourcePortRange: '*'
      destinationAddressPrefix: 'AzureDatabricks'
      destinationPortRanges: [
        '443'
        '3306'
        '8443-8451'
      ]
    }
  }
]

var delegation = [
  {
    name: 'databricks'
    properties: {
      serviceName: 'Microsoft.Databricks/workspaces'
    }
  }
]
var clusterSubnets = [
  {
    name: hostSubnetName
    properties: {
      addressPrefix: hostSubnetRange
      defaultOutboundAccess: false
      delegations: delegation
      natGateway: {
        id: natGateway.id
      }
      networkSecurityGroup: {
        id: clusterRules.id
      }
    }
  }
  {
    name: containerSubnetName
    properties: {
      addressPrefix: containerSubnetRange
      defaultOutboundAccess: false
      delegations: delegation
      natGateway: {
        id: natGateway.id
      }
      networkSecurityGroup: {
        id: clusterRules.id
      }
    }
  }
]
var endpointSubnets = [
  {
    name: endpointSubnetName
    properties: {
      addressPrefix: endpointSubnetRange
      defaultOutboundAccess: false
      networkSecurityGroup: {
        id: endpointRules.id
      }
      privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
    }
  }
]

resource clusterRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}-clusters'
  location: location
  tags: tags
  properties: {
    securityRules: concat(isPrivate ? [] : ruleToControlPlane, rulesOfDatabricks)
  }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'network-to-endpoints'
        properties: {
          description: 'The ports of Databricks, storage and vault, from the network and what is connected to it.'
          access: 'Allow'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: [
            '443'
            '3306'
            '6666'
            '8443-8451'
          ]
        }
      }
      {
        name: 'nothing-else'
        properties: {
          description: 'Endpoints answer to nothing else.'
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: '${name}-egress'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAddressVersion: 'IPv4'
    publicIPAllocationMethod: 'Static'
  }
}

resource natGateway 'Microsoft.Network/natGateways@2024-05-01' = {
  name: '${name}-egress'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIpAddresses: [
      {
        id: address.id
      }
    ]
  }
}

// The subnets stand inside: a network that is deployed without them would delete them.
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressSpace
      ]
    }
    subnets: concat(clusterSubnets, isPrivate ? endpointSubnets : [])
  }
}

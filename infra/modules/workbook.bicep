// The workbook: what is looked at by day. One section for each query.
param name string
param location string
param tags object
param displayName string
param componentId string
param workspaceId string

var application = 'microsoft.insights/components'
var workspace = 'microsoft.operationalinsights/workspaces'
var sections = [
  { title: 'One restore', on: application, query: loadTextContent('../queries/one-restore.kql') }
  {
    title: 'Orchestrations that have not ended'
    on: application
    query: loadTextContent('../queries/running-orchestrations.kql')
  }
  {
    title: 'Orchestrations that failed'
    on: application
    query: loadTextContent('../queries/failed-orchestrations.kql')
  }
  { title: 'Executions', on: application, query: loadTextContent('../queries/executions.kql') }
  { title: 'Executions that failed', on: application, query: loadTextContent('../queries/failed-executions.kql') }
  { title: 'Exceptions', on: application, query: loadTextContent('../queries/exceptions.kql') }
  {
    title: 'Seconds that are billed, at most'
    on: application
    query: loadTextContent('../queries/billed-seconds.kql')
  }
  { title: 'Messages on the poison queue', on: workspace, query: loadTextContent('../queries/poison-messages.kql') }
  { title: 'What the storage account refused', on: workspace, query: loadTextContent('../queries/storage-refused.kql') }
  { title: 'Who changed the ledger', on: workspace, query: loadTextContent('../queries/ledger-writers.kql') }
]
var parameters = {
  type: 9
  name: 'parameters'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: application
    parameters: [
      {
        id: guid(name, 'Time')
        version: 'KqlParameterItem/1.0'
        name: 'Time'
        type: 4
        isRequired: true
        value: { durationMs: 86400000 }
        typeSettings: {
          selectableValues: [
            { durationMs: 3600000 }
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
          ]
        }
      }
      {
        id: guid(name, 'RequestId')
        version: 'KqlParameterItem/1.0'
        name: 'RequestId'
        label: 'Request'
        description: 'requestId of one restore'
        type: 1
        value: ''
      }
    ]
  }
}
var items = [
  for section in sections: {
    type: 3
    name: section.title
    content: {
      version: 'KqlItem/1.0'
      title: section.title
      query: section.query
      size: 0
      queryType: 0
      resourceType: section.on
      crossComponentResources: [section.on == application ? componentId : workspaceId]
      timeContextFromParameter: 'Time'
      showExportToExcel: true
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: displayName
    sourceId: componentId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([parameters], items)
      fallbackResourceIds: [componentId]
    })
  }
}

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
  { title: 'Restores by verdict', on: application, query: loadTextContent('../queries/verdicts.kql') }
  { title: 'Restores that failed', on: application, query: loadTextContent('../queries/restore-failed.kql') }
  { title: 'How long restores took', on: application, query: loadTextContent('../queries/durations.kql') }
  {
    title: 'Open restores, and what they wait for'
    on: application
    query: loadTextContent('../queries/open-restores.kql')
  }
  {
    title: 'How many are open, wait for a person, hold events'
    on: application
    query: loadTextContent('../queries/open-over-time.kql')
  }
  {
    title: 'What restores have waited for'
    on: application
    query: loadTextContent('../queries/waiting-by-reason.kql')
  }
  {
    title: 'Open for longer than the minutes above'
    on: application
    query: loadTextContent('../queries/waiting-long.kql')
  }
  {
    title: 'Waiting for an approval for longer than that'
    on: application
    query: loadTextContent('../queries/approval-waits.kql')
  }
  {
    title: 'Open, and nothing was done for them'
    on: application
    query: loadTextContent('../queries/stands-still.kql')
  }
  {
    title: 'Started again by the reconciler, or given up'
    on: application
    query: loadTextContent('../queries/followed-again.kql')
  }
  {
    title: 'Events held up for longer than that'
    on: application
    query: loadTextContent('../queries/events-held-up.kql')
  }
  {
    title: 'Calls to Azure, and how many were throttled'
    on: application
    query: loadTextContent('../queries/arm-calls.kql')
  }
  { title: 'What was throttled', on: application, query: loadTextContent('../queries/throttled.kql') }
  {
    title: 'Where the identity was refused'
    on: application
    query: loadTextContent('../queries/identity-refused.kql')
  }
  { title: 'How long messages lay in the queue', on: application, query: loadTextContent('../queries/queue-age.kql') }
  {
    title: 'Messages and calls that were refused'
    on: application
    query: loadTextContent('../queries/rejections.kql')
  }
  { title: 'Poisoned messages', on: application, query: loadTextContent('../queries/poison-messages.kql') }
  {
    title: 'What the app says is wrong with itself'
    on: application
    query: loadTextContent('../queries/app-unwell.kql')
  }
  { title: 'What nobody foresaw', on: application, query: loadTextContent('../queries/faults.kql') }
  { title: 'Executions', on: application, query: loadTextContent('../queries/executions.kql') }
  { title: 'Executions that failed', on: application, query: loadTextContent('../queries/failed-executions.kql') }
  { title: 'Exceptions', on: application, query: loadTextContent('../queries/exceptions.kql') }
  {
    title: 'Seconds that are billed, at most'
    on: application
    query: loadTextContent('../queries/billed-seconds.kql')
  }
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
      {
        id: guid(name, 'Minutes')
        version: 'KqlParameterItem/1.0'
        name: 'Minutes'
        label: 'Longer than (minutes)'
        description: 'for what has waited longer than that'
        type: 1
        isRequired: true
        value: '60'
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

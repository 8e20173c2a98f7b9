// Who is told, and when. A rule's query says what it counts; what to do is in its description.
param prefix string
param location string
param tags object
param emails string[]
@description('Action groups that exist already and are told, too.')
param actionGroupIds string[]
param componentId string
param workspaceId string
param storageAccountId string
@description('RESTORE_RECONCILE_S: how often the reconciler ticks.')
param reconcileSeconds int

// At least three ticks must be missing; a log search knows these windows only.
var silence = reconcileSeconds <= 600 ? 'PT30M' : reconcileSeconds <= 1200 ? 'PT1H' : 'PT4H'
var rules = [
  {
    name: 'no-reconciler-tick'
    severity: 0
    scope: componentId
    query: loadTextContent('../queries/reconciler-ticks.kql')
    measure: 'Ticks'
    operator: 'LessThan'
    threshold: 1
    window: silence
    isState: true
    description: 'Dead man\'s switch: the reconciler has not run. The app does not start, or its telemetry does not arrive. Look at GET /api/health, then at the app\'s log; restart the app.'
  }
  {
    name: 'executions-fail'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/failed-executions.kql')
    measure: 'Failures'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: true
    description: 'A function ended in an exception, was cut short, or answered 500. It is repeated by itself; look at the workbook\'s exceptions if it lasts.'
  }
  {
    name: 'orchestrations-fail'
    severity: 1
    scope: componentId
    query: loadTextContent('../queries/failed-orchestrations.kql')
    measure: 'Failures'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: false
    description: 'An orchestration failed or was terminated. The reconciler starts a restore\'s again, three times; then it gives it up. Look at GET /api/restores/{id} and at the vault\'s jobs.'
  }
  {
    name: 'poison-messages'
    severity: 1
    scope: workspaceId
    query: loadTextContent('../queries/poison-messages.kql')
    measure: 'Messages'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: false
    description: 'A request failed five times; the app has put it aside. Look at GET /api/rejections?kind=poisoned; docs/operating.md says how to put it back.'
  }
  {
    name: 'storage-refuses'
    severity: 1
    scope: workspaceId
    query: loadTextContent('../queries/storage-refused.kql')
    measure: 'Refused'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    isState: true
    description: 'The app\'s storage account refused requests for want of a right. If it was the app\'s identity that asked, give its roles back (azd provision does).'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-on-call'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'vm-restore'
    emailReceivers: [
      for (address, index) in emails: {
        name: 'email-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

// A table that no log has reached yet does not exist: a query on it would be refused at deployment.
resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'VM restore: ${rule.name}'
      description: rule.description
      enabled: true
      severity: rule.severity
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      skipQueryValidation: true
      autoMitigate: rule.isState
      muteActionsDuration: rule.isState ? null : rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.measure
            timeAggregation: 'Total'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: concat([people.id], actionGroupIds) }
    }
  }
]

resource storageUnwell 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-storage-unwell'
  location: 'global'
  tags: tags
  properties: {
    description: 'The app\'s storage account answers badly. Restores wait for it and go on; look at Azure\'s status page.'
    enabled: true
    severity: 1
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 90
        }
      ]
    }
    actions: [for id in concat([people.id], actionGroupIds): { actionGroupId: id }]
  }
}

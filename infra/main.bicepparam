// What a deployment is made with. Every value may be set without touching this file, by
// `azd env set NAME value`; lists are separated by commas.
using 'main.bicep'
import { list } from 'modules/reading.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param resourceGroupName = readEnvironmentVariable('RESOURCE_GROUP', 'rg-${environmentName}')
param storageResourceGroupName = readEnvironmentVariable('STORAGE_RESOURCE_GROUP', '')
param storageSku = readEnvironmentVariable('STORAGE_SKU', 'Standard_ZRS')

param pythonVersion = readEnvironmentVariable('APP_PYTHON_VERSION', '3.12')
param instanceMemoryMB = json(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '40'))
param alwaysReady = json(readEnvironmentVariable('ALWAYS_READY', '[]'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))

param vaultIds = list(readEnvironmentVariable('VAULT_IDS', ''))
param searchSubscriptionIds = list(readEnvironmentVariable('SEARCH_SUBSCRIPTION_IDS', ''))
param sourceGroupIds = list(readEnvironmentVariable('SOURCE_GROUP_IDS', ''))
param targetGroupIds = list(readEnvironmentVariable('TARGET_GROUP_IDS', ''))
param stagingAccountIds = list(readEnvironmentVariable('STAGING_ACCOUNT_IDS', ''))
param requestSenderIds = list(readEnvironmentVariable('REQUEST_SENDER_IDS', ''))
param eventReaderIds = list(readEnvironmentVariable('EVENT_READER_IDS', ''))

param allowedCallers = list(readEnvironmentVariable('ALLOWED_CALLERS', ''))
param authClientId = readEnvironmentVariable('AUTH_CLIENT_ID', '')
param authAllowedApplications = list(readEnvironmentVariable('AUTH_ALLOWED_APPLICATIONS', ''))
param authAllowedPrincipals = list(readEnvironmentVariable('AUTH_ALLOWED_PRINCIPALS', ''))

param privateNetwork = bool(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
param privateApp = bool(readEnvironmentVariable('PRIVATE_APP', 'false'))
param addressSpace = readEnvironmentVariable('ADDRESS_SPACE', '10.91.0.0/24')

param alertEmails = list(readEnvironmentVariable('ALERT_EMAILS', ''))
param actionGroupIds = list(readEnvironmentVariable('ACTION_GROUP_IDS', ''))
param logRetentionDays = int(readEnvironmentVariable('LOG_RETENTION_DAYS', '90'))
param logDailyCapGb = int(readEnvironmentVariable('LOG_DAILY_CAP_GB', '-1'))
param logStorageReads = bool(readEnvironmentVariable('LOG_STORAGE_READS', 'false'))
param logHost = bool(readEnvironmentVariable('LOG_HOST', 'false'))
param eventTopic = bool(readEnvironmentVariable('EVENT_TOPIC', 'false'))

param AZURE_CLOUD = readEnvironmentVariable('AZURE_CLOUD', 'public')
param BACKUP_API_VERSION = readEnvironmentVariable('BACKUP_API_VERSION', '2026-07-01')
param RESTORE_POLL_S_FIRST = int(readEnvironmentVariable('RESTORE_POLL_S_FIRST', '30'))
param RESTORE_POLL_S_MIN = int(readEnvironmentVariable('RESTORE_POLL_S_MIN', '60'))
param RESTORE_POLL_S_MAX = int(readEnvironmentVariable('RESTORE_POLL_S_MAX', '300'))
param RESTORE_JOB_SEARCH_S = int(readEnvironmentVariable('RESTORE_JOB_SEARCH_S', '120'))
param ARM_TIMEOUT_S = int(readEnvironmentVariable('ARM_TIMEOUT_S', '60'))
param RESTORE_RECONCILE_S = int(readEnvironmentVariable('RESTORE_RECONCILE_S', '300'))
param RESTORE_REVIVALS_MAX = int(readEnvironmentVariable('RESTORE_REVIVALS_MAX', '3'))
param RESTORE_KEEP_D = int(readEnvironmentVariable('RESTORE_KEEP_D', '30'))
param RESTORE_DUPLICATE_WINDOW_S = int(readEnvironmentVariable('RESTORE_DUPLICATE_WINDOW_S', '600'))
param RESTORE_PUBLIC_URL = readEnvironmentVariable('RESTORE_PUBLIC_URL', '')
param RESTORE_POLICY = readEnvironmentVariable('RESTORE_POLICY', '')
param RESTORE_RULES = readEnvironmentVariable('RESTORE_RULES', '')
param RESTORE_ALERTS_STOPPED = bool(readEnvironmentVariable('RESTORE_ALERTS_STOPPED', 'false'))
param RESTORE_ALERT_ORIGINS = list(readEnvironmentVariable('RESTORE_ALERT_ORIGINS', 'eventgrid.azure.net'))
param AzureFunctionsJobHost__functionTimeout = readEnvironmentVariable('AzureFunctionsJobHost__functionTimeout', '')

"""The rules for alerts that this process judges by."""

from activities.judged_by import JudgedBy
from restore.alerts.restore_rules import RestoreRules

_rules = JudgedBy[RestoreRules](lambda settings: settings.restore_rules)
in_force, use = _rules.in_force, _rules.use

"""A policy that lets every restore through, for where nothing is at stake."""

import json

ALLOWS_ALL = json.dumps(
    {
        "rules": [
            {
                "name": "everything",
                "recoveryTypes": ["RestoreDisks", "OriginalLocation", "AlternateLocation"],
                "sources": ["*"],
                "targets": ["*"],
            }
        ],
        "maxConcurrentRestores": 1000,
        "restoresPerVmPerDay": 1000,
        "reservedForPeople": 0,
    }
)

"""The floor: the least a Django + DRF app can do with a lead. It checks a key, validates, inserts one row and answers."""

"""The wording of instructions: findings and fixes, keep clauses, templates.

Pure; nothing leaves the machine.
"""

"""Impact assessments as a questionnaire: prefilled from register and audit, answered by people, scored in the open."""

"""What each choice of the recipe is worth: rows of small trainings on the demo's videos."""

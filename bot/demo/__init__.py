"""A month of invented questions, through the real assistant, so that anyone can look around at the desk."""

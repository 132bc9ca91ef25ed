"""From a folder of submitted notebooks to marks and feedback."""

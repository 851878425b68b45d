"""The code behind `portal bench`: what ours costs beside a reference, in the same run. It may import everything."""

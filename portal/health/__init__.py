"""The health of the data: what is missing, old, doubtful or written in two ways, and which records that is.

`findings` says what is looked for, `examining` counts it, `spelling` finds values that differ only in how they are
written and `uniting` makes them one, `lists` gives the records behind a finding, `pages` what is known of all that.
"""

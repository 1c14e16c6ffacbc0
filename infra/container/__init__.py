"""The hotline on servers of the province's own: app.py's handlers where there is no Lambda. docs/ops/leaving-aws.md"""

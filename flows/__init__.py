"""Prefect flows: the only place that imports Prefect. Each task is one stage of the pipeline."""

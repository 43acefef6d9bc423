"""The sampler process: it schedules readings and publishes them, and waits for nobody."""

"""The AWS half of the sandbox: ministack, and before it what ministack gets wrong about batches."""

"""The AWS half of the sandbox: ministack, and in front of it what ministack gets wrong about batch jobs."""

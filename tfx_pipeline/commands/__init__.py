"""The commands of `ots`, one module each; every module exposes a click object named `command`."""

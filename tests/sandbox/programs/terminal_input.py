"""Types into a terminal by ioctl, with and without odd high bits."""

from attempt import system_call


def main(arguments):
    return {"TIOCSTI": system_call(16, 0, 0x5412, b"x"),
            "TIOCSTI with high bits": system_call(16, 0, 1 << 32 | 0x5412, b"x"),
            "TIOCLINUX": system_call(16, 0, 0x541C, b"x"),
            "TCGETS": system_call(16, 0, 0x5401, b"\0" * 64)}

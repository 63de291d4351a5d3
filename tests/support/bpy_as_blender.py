# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the program `blender` where Blender is here as the Python module `bpy`.

    PYTHONPATH=FOLDER_OF_BPY python3 bpy_as_blender.py -b [FILE] [-P SCRIPT] [-o OUTPUT] [-f FRAME] [-- ARG…]

Understands only the options that the tests use, in Blender's order: each is done as it comes.
"""

import runpy
import sys
import traceback

import bpy

IGNORED = {"-b", "--background", "--factory-startup", "-noaudio", "--disable-autoexec"}


def main():
    own = sys.argv[1:]
    if "--" in own:
        own = own[:own.index("--")]
    sys.argv[0] = "blender"
    failed_status = 0
    while own:
        option = own.pop(0)
        if option == "--version":
            print(f"Blender {bpy.app.version_string}")
        elif option == "--python-exit-code":
            failed_status = int(own.pop(0))
        elif option in ("-P", "--python", "--python-expr"):
            what = own.pop(0)
            try:
                if option == "--python-expr":
                    exec(what, {"__name__": "__main__"})
                else:
                    runpy.run_path(what, run_name="__main__")
            except Exception:
                traceback.print_exc()
                if failed_status:
                    sys.exit(failed_status)
        elif option in ("-o", "--render-output"):
            bpy.context.scene.render.filepath = own.pop(0)
        elif option in ("-f", "--render-frame"):
            bpy.context.scene.frame_set(int(own.pop(0)))
            bpy.ops.render.render(write_still=True)
        elif option in IGNORED:
            pass
        elif option.startswith("-"):
            sys.exit(f"bpy_as_blender.py: does not know the option {option}")
        else:
            bpy.ops.wm.open_mainfile(filepath=option)


main()

# SPDX-License-Identifier: GPL-3.0-or-later
# Run at every build: cmake -DSOURCE=<tree> -DHEADER=<file> -P WriteCommit.cmake writes the header with the
# commit of the tree, if that is another than the header has. What `git archive` put into commit.txt
# counts where there is no git.

# The tree must be the repository's own: unpacked inside of another one, that one's commit says nothing.
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-prefix
                OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
if(NOT failed AND prefix STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --exclude=*
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  file(STRINGS ${SOURCE}/cmake/commit.txt commit LIMIT_COUNT 1)
  if(NOT commit MATCHES "^[0-9a-f]+$")
    set(commit "")
  endif()
endif()

set(text "// Written by cmake/WriteCommit.cmake.\n#define SHAMAN_COMMIT \"${commit}\"\n")
set(before "")
if(EXISTS ${HEADER})
  file(READ ${HEADER} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${HEADER} "${text}")
endif()

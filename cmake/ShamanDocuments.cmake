# shaman_documents(shaman 1 client): the program writes its man page, of that section, and its completions
# for each shell; they are installed with the component.
find_program(GZIP_PROGRAM gzip REQUIRED)

function(shaman_documents program section component)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/documents)
  file(MAKE_DIRECTORY ${folder})
  set(page ${folder}/${program}.${section}.gz)
  # With -n no time of day gets into the file.
  add_custom_command(OUTPUT ${page}
    COMMAND ${program} man > ${folder}/${program}.${section}
    COMMAND ${GZIP_PROGRAM} -9 -n -f ${folder}/${program}.${section}
    DEPENDS ${program} VERBATIM COMMENT "Writing the man page of ${program}")
  set(made ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})

  foreach(shell bash zsh fish)
    set(script ${folder}/${program}.${shell})
    add_custom_command(OUTPUT ${script} COMMAND ${program} completion ${shell} > ${script}
      DEPENDS ${program} VERBATIM COMMENT "Writing the completions of ${program} for ${shell}")
    list(APPEND made ${script})
  endforeach()
  set(data ${CMAKE_INSTALL_DATADIR})
  install(FILES ${folder}/${program}.bash DESTINATION ${data}/bash-completion/completions
          RENAME ${program} COMPONENT ${component})
  install(FILES ${folder}/${program}.zsh DESTINATION ${data}/zsh/vendor-completions
          RENAME _${program} COMPONENT ${component})
  install(FILES ${folder}/${program}.fish DESTINATION ${data}/fish/vendor_completions.d
          COMPONENT ${component})
  add_custom_target(${program}_documents ALL DEPENDS ${made})
endfunction()

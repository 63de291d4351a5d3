# What `cmake --install` puts where: the programs, and the libraries with their headers so that
# another program can say find_package(shaman) (docs/library.md).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# In the order of their dependencies; each becomes shaman::NAME for who finds the package.
set(libraries base net tls http_text http_client checkout_path protocol blend formats trace pack submit manager)
if(NOT WIN32)
  list(APPEND libraries async http auth fs store checkout gc metrics server proxy jobs)
  install(TARGETS shaman-server RUNTIME COMPONENT server)
endif()
install(TARGETS shaman RUNTIME COMPONENT client)

foreach(name ${libraries})
  set_target_properties(shaman_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS shaman_${name} EXPORT shaman ARCHIVE COMPONENT library)
endforeach()
install(EXPORT shaman NAMESPACE shaman:: FILE shaman-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shaman COMPONENT library)
install(DIRECTORY include/shaman DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)

set(config ${CMAKE_CURRENT_BINARY_DIR}/cmake)
configure_package_config_file(cmake/shaman-config.cmake.in ${config}/shaman-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shaman)
# Before 1.0 every minor version may change what a program is compiled against.
write_basic_package_version_file(${config}/shaman-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${config}/shaman-config.cmake ${config}/shaman-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shaman COMPONENT library)

if(NOT CMAKE_CROSSCOMPILING)
  include(ShamanDocuments)
  shaman_documents(shaman 1 client)
  shaman_documents(shaman-server 8 server)
endif()
install(DIRECTORY share/flamenco DESTINATION ${CMAKE_INSTALL_DATADIR}/shaman COMPONENT server)

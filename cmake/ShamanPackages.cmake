# Debian packages by CPack, one for each component of the installation (docs/admin.md, "Packages"):
# cmake --preset dist && cmake --build --preset dist && cpack --config build/dist/CPackConfig.cmake
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  return()
endif()
set(SHAMAN_PACKAGE_CONTACT "Shaman developers <shaman-packages@blender.invalid>" CACHE STRING
    "The maintainer of the packages")

set(made ${CMAKE_CURRENT_BINARY_DIR}/packaging)
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
file(MAKE_DIRECTORY ${made})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME shaman)
set(CPACK_PACKAGE_VENDOR "Shaman developers")
set(CPACK_PACKAGE_CONTACT ${SHAMAN_PACKAGE_CONTACT})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL server client library)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(debian_version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME shaman-server)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS adduser)
set(CPACK_COMPONENT_SERVER_DESCRIPTION "content-addressed file store for render farms
Keeps each file of Blender render jobs once, under the SHA-256 of its content,
and makes checkouts of symbolic links for the jobs. Speaks the Shaman protocol
of Flamenco, version 3.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    ${packaging}/debian/postinst ${packaging}/debian/prerm ${packaging}/debian/postrm ${packaging}/debian/conffiles)

set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME shaman)
set(CPACK_COMPONENT_CLIENT_DESCRIPTION "submits Blender files to a render farm
Finds everything that a .blend file needs to be rendered, sends only the files
that the farm does not have yet, and can make the render job as well. Needs no
Blender.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libshaman-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS OFF)
# As tools/setup.sh installs them; Debian 12 has a Boost that is new enough beside its default one.
if(Boost_VERSION VERSION_LESS 1.82)
  set(boost libboost1.81-dev)
else()
  set(boost libboost-dev)
endif()
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "${boost}, libssl-dev, nlohmann-json3-dev, libspdlog-dev, \
libjwt-dev, libsqlite3-dev, libzstd-dev, liblz4-dev, zlib1g-dev, libzip-dev, libutf8proc-dev, prometheus-cpp-dev, pkg-config")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "content-addressed file store for render farms (development files)
Static libraries and headers, with which another program can keep a store,
serve it, trace and pack .blend files, and submit them.")

# What every package has in its folder of documents.
find_program(GZIP_PROGRAM gzip REQUIRED)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, where that is set
set(upstream ${made}/changelog.gz)
execute_process(COMMAND ${GZIP_PROGRAM} -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md OUTPUT_FILE ${upstream}
                COMMAND_ERROR_IS_FATAL ANY)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  configure_file(${packaging}/debian/changelog.in ${made}/${package}/changelog.Debian @ONLY)
  execute_process(COMMAND ${GZIP_PROGRAM} -9nf ${made}/${package}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${packaging}/debian/copyright ${upstream} ${made}/${package}/changelog.Debian.gz
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()

# The service, its user, and a configuration that says where its own storage is.
set(CMAKE_INSTALL_FULL_BINDIR /usr/bin)
configure_file(${packaging}/shaman-server.service ${made}/shaman-server.service @ONLY)
file(READ ${PROJECT_SOURCE_DIR}/docs/shaman.yaml configuration)
string(REPLACE "\n# storage: /srv/shaman\n" "\nstorage: /var/lib/shaman\n" own "${configuration}")
if(own STREQUAL configuration)
  message(FATAL_ERROR "docs/shaman.yaml has no line '# storage: /srv/shaman' any more")
endif()
file(WRITE ${made}/shaman.yaml "${own}")
install(FILES ${made}/shaman.yaml DESTINATION /etc/shaman COMPONENT server EXCLUDE_FROM_ALL)
install(FILES ${made}/shaman-server.service DESTINATION lib/systemd/system COMPONENT server EXCLUDE_FROM_ALL)

include(CPack)

# `cmake --install build/release --prefix DIR`. The program finds its parts in its own directory,
# through the link in bin, and its Python in ../python: create_environment.sh makes that.
include(GNUInstallDirs)
set(home ${CMAKE_INSTALL_LIBEXECDIR}/dynsessions)

install(TARGETS dynsessions dynsessions-conform sandbox-launcher RUNTIME DESTINATION ${home}/bin)
install(DIRECTORY ${CMAKE_BINARY_DIR}/interpreter ${CMAKE_BINARY_DIR}/api-spec
        DESTINATION ${home}/bin)
install(DIRECTORY ${CMAKE_BINARY_DIR}/az-stand-in DESTINATION ${home}/bin USE_SOURCE_PERMISSIONS)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/sandbox/agents/python/create_environment.sh
        DESTINATION ${home})
install(FILES ${PROJECT_SOURCE_DIR}/sandbox/agents/python/requirements.txt DESTINATION ${home})
install(FILES ${PROJECT_SOURCE_DIR}/docs/dynsessions.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md
              ${PROJECT_SOURCE_DIR}/OPTIONS.md ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The link and the completions need the program that was just installed.
install(CODE "
  set(root \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  file(MAKE_DIRECTORY \"\${root}/${CMAKE_INSTALL_BINDIR}\")
  file(CREATE_LINK ../${home}/bin/dynsessions \"\${root}/${CMAKE_INSTALL_BINDIR}/dynsessions\" SYMBOLIC)
  foreach(script bash:bash-completion/completions/dynsessions zsh:zsh/site-functions/_dynsessions
                 fish:fish/vendor_completions.d/dynsessions.fish)
    string(REPLACE : \";\" script \${script})
    list(GET script 0 shell)
    list(GET script 1 file)
    get_filename_component(directory \"\${root}/${CMAKE_INSTALL_DATADIR}/\${file}\" DIRECTORY)
    file(MAKE_DIRECTORY \"\${directory}\")
    execute_process(COMMAND \"\${root}/${home}/bin/dynsessions\" completion \${shell}
      OUTPUT_FILE \"\${root}/${CMAKE_INSTALL_DATADIR}/\${file}\" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
")

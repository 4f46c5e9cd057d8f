# Root only, in namespaces of their own; each skips itself where it cannot run. A file per room.
include(${CMAKE_CURRENT_LIST_DIR}/tree_tests.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/guest_tests.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/sys_tests.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/launcher_tests.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/verify_tests.cmake OPTIONAL)

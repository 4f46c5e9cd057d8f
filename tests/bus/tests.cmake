# The bus room over a fake machine: real bus, real policy, callers of several uids. Each test has a bus of its own.
add_library(frank-bus-world STATIC bus/bus_world.cpp bus/callers.cpp)
target_link_libraries(frank-bus-world PUBLIC frank-bus GTest::gtest PRIVATE frank-options frank-sanitize)
target_include_directories(frank-bus-world PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_SOURCE_DIR}/with-private-bus.sh)
foreach(part arguments authorisation matrix policy robustness visibility work)
    frank_test(bus ${part}_test frank-bus-world)
    target_compile_definitions(bus-${part}_test PRIVATE FRANK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endforeach()
unset(CMAKE_CROSSCOMPILING_EMULATOR)

add_test(NAME bus:frankend COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bus/frankend.sh $<TARGET_FILE:frankend>)
set_tests_properties(bus:frankend PROPERTIES LABELS bus TIMEOUT 60 SKIP_RETURN_CODE 77)

include(${CMAKE_CURRENT_LIST_DIR}/client_tests.cmake OPTIONAL)

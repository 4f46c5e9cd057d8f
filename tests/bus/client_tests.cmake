# frankctl against a stand-in for frankend on a private bus.
add_executable(fake-frankend support/fake_frankend.cpp support/fake_objects.cpp support/fake_binfmt.cpp
               support/fake_job.cpp support/fake_twins.cpp support/fake_workarounds.cpp support/fake_binds.cpp
               support/fake_limits.cpp support/fake_layers.cpp)
target_link_libraries(fake-frankend PRIVATE frank-options frank-sanitize frank-contract)

add_library(frank-client-world STATIC support/client_world.cpp)
target_link_libraries(frank-client-world PUBLIC GTest::gtest PRIVATE frank-options frank-sanitize)
target_compile_definitions(frank-client-world PRIVATE FRANKCTL="$<TARGET_FILE:frankctl>"
                           FAKE_FRANKEND="$<TARGET_FILE:fake-frankend>"
                           COMPLETION="${CMAKE_CURRENT_LIST_DIR}/../../client/frankctl.bash")
add_dependencies(frank-client-world frankctl fake-frankend)

foreach(part errors streams terminal jobs create completion binfmt accel workarounds binds limits layers remote)
    frank_test(bus client_${part} frank-client-world)
endforeach()

foreach(part text failure source command_line progress trace_text)
    frank_test(unit client_${part} frank-client)
endforeach()

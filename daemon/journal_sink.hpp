// Where frankend's lines go when systemd runs it: the journal, with the fields that lines about a session
// have (session/log.hpp; all are told in frankend(8)).
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

namespace frank {

class JournalSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  private:
    void sink_it_(const spdlog::details::log_msg &message) override;
    void flush_() override {}
};

} // namespace frank

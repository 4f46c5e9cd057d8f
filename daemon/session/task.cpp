#include "daemon/session/task.hpp"

namespace frank::session {

void Mailbox::post(Task task) {
    tasks_.push_back(std::move(task));
    if (!source_)
        source_ = loop_.soon([this] { deliver(); });
}

void Mailbox::deliver() {
    // One at a time: what it throws costs no other task its turn.
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    source_.reset();
    if (!tasks_.empty())
        source_ = loop_.soon([this] { deliver(); });
    task.run();
}

} // namespace frank::session

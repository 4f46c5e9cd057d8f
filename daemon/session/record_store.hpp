// Records of one kind, each a file INSTANCE.toml in a directory of its own.
#pragma once

#include "daemon/plan/instance.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

namespace frank::session {

/// Record: with an `instance` and a to_toml().
template <class Record> class RecordStore {
  public:
    using Parse = plan::Result<Record> (*)(std::string_view text);

    /// Makes the directories where they are missing, and reads what is there; what is torn or foreign is set
    /// aside.
    RecordStore(const std::string &parent, const std::string &name, Parse parse)
        : directory_(parent + "/" + name) {
        sys::ensure_directory(parent, 0700);
        sys::ensure_directory(directory_, 0700);
        for (const std::string &file : names_in(directory_)) {
            if (is_set_aside(file))
                continue;
            const auto text = sys::read_file(open_directory(directory_).get(), file.c_str(), max_state_bytes);
            auto record = text ? parse(*text) : plan::refuse(Error::failed, "it cannot be read");
            if (record && file_name(*record) == file)
                all_.push_back(std::move(*record));
            else
                set_aside(directory_, file, record ? "its name is another's" : record.error().message);
        }
    }

    /// On disk when it returns.
    void save(const Record &record) {
        sys::write_file_atomically(open_directory(directory_).get(), file_name(record).c_str(),
                                   to_toml(record));
        erase(record.instance);
        all_.push_back(record);
    }

    void remove(plan::Instance instance) {
        const std::string name = plan::to_text(instance) + ".toml";
        const sys::Fd directory = open_directory(directory_);
        if (::unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
            sys::breakage("remove " + name);
        erase(instance);
    }

    const std::vector<Record> &all() const { return all_; }

  private:
    static std::string file_name(const Record &record) { return plan::to_text(record.instance) + ".toml"; }
    void erase(const plan::Instance &instance) {
        std::erase_if(all_, [&](const Record &each) { return each.instance == instance; });
    }

    std::string directory_;
    std::vector<Record> all_;
};

} // namespace frank::session

// A stand-in for polkitd on the test's bus: what it answers is set by the test, over the same bus, and what
// it was asked can be read there. Runs in a process of its own.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace frank::test {

inline constexpr const char *fake_authority_name = "org.frankend1.FakeAuthority";
inline constexpr const char *fake_authority_path = "/org/frankend1/FakeAuthority";

/// Modes: "yes", "no", "challenge", "silent" (never an answer), "hold" (an answer at Release), "error",
/// "garbage" (an answer of the wrong type), "dead" (nobody has polkit's name), "ignorant" (a no, and does not
/// know one of the actions).
class FakeAuthority {
  public:
    /// Serves until the process is killed or the bus is lost.
    [[noreturn]] static void serve() noexcept {
        try {
            FakeAuthority authority;
            for (;;)
                if (check(sd_bus_process(authority.bus_, nullptr)) == 0)
                    check(sd_bus_wait(authority.bus_, UINT64_MAX));
        } catch (const std::exception &error) {
            (void)std::fprintf(stderr, "%s\n", error.what());
        }
        ::_exit(96);
    }

  private:
    static int check(int result) {
        if (result < 0)
            throw std::runtime_error(std::string("fake authority: ") + std::strerror(-result));
        return result;
    }

    FakeAuthority() {
        static const sd_bus_vtable control[] = {
            SD_BUS_VTABLE_START(0),
            SD_BUS_METHOD("SetMode", "s", "", on_mode, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("Release", "b", "", on_release, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("Last", "", "sssa{ss}u", on_last, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("Counts", "", "uuu", on_counts, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_VTABLE_END};
        check(sd_bus_open_system(&bus_));
        // Not a vtable: sd-bus would not let it answer with the wrong type.
        check(sd_bus_add_object(bus_, nullptr, "/org/freedesktop/PolicyKit1/Authority", on_polkit, this));
        check(
            sd_bus_add_object_vtable(bus_, nullptr, fake_authority_path, fake_authority_name, control, this));
        check(sd_bus_request_name(bus_, polkit_name, 0));
        check(sd_bus_request_name(bus_, fake_authority_name, 0));
    }

    static FakeAuthority &self(void *userdata) { return *static_cast<FakeAuthority *>(userdata); }

    static int on_polkit(sd_bus_message *message, void *userdata, sd_bus_error *) {
        constexpr const char *interface = "org.freedesktop.PolicyKit1.Authority";
        if (sd_bus_message_is_method_call(message, interface, "CheckAuthorization") > 0)
            return self(userdata).asked_for(message);
        if (sd_bus_message_is_method_call(message, interface, "CancelCheckAuthorization") > 0) {
            ++self(userdata).cancelled_;
            return sd_bus_reply_method_return(message, nullptr);
        }
        if (sd_bus_message_is_method_call(message, interface, "EnumerateActions") > 0)
            return self(userdata).list_actions(message);
        return 0;
    }

    int list_actions(sd_bus_message *message) const {
        if (mode_ == "error")
            return sd_bus_reply_method_errorf(message, "org.freedesktop.PolicyKit1.Error.Failed", "as told");
        sd_bus_message *reply = nullptr;
        check(sd_bus_message_new_method_return(message, &reply));
        check(sd_bus_message_open_container(reply, 'a', "(ssssssuuua{ss})"));
        for (const char *action :
             {"session-create", "host-binfmt", "bind-directory", "set-limits", "session-enter", "job-run",
              "instance-import", "instance-remove", "adopt-path", "manage-others"})
            if (mode_ != "ignorant" || std::strcmp(action, "job-run") != 0)
                check(sd_bus_message_append(reply, "(ssssssuuua{ss})",
                                            ("org.frankend1." + std::string(action)).c_str(), "", "", "", "",
                                            "", 0U, 0U, 0U, 0U));
        check(sd_bus_message_close_container(reply));
        const int result = sd_bus_send(bus_, reply, nullptr);
        sd_bus_message_unref(reply);
        return result;
    }

    int asked_for(sd_bus_message *message) {
        const char *kind = nullptr, *key = nullptr, *name = nullptr, *action = nullptr;
        check(sd_bus_message_read(message, "(sa{sv})", &kind, 1, &key, "s", &name));
        check(sd_bus_message_read(message, "s", &action));
        subject_kind_ = kind;
        subject_name_ = std::string(key) + "=" + name;
        action_ = action;
        details_.clear();
        check(sd_bus_message_enter_container(message, 'a', "{ss}"));
        const char *value = nullptr;
        while (check(sd_bus_message_read(message, "{ss}", &key, &value)) > 0)
            details_[key] = value;
        check(sd_bus_message_exit_container(message));
        check(sd_bus_message_read(message, "u", &flags_));
        ++asked_;
        if (mode_ == "hold" || mode_ == "silent")
            held_.push_back(sd_bus_message_ref(message));
        else
            answer(message);
        return 1;
    }

    void answer(sd_bus_message *message) const {
        if (mode_ == "error")
            check(sd_bus_reply_method_errorf(message, "org.freedesktop.PolicyKit1.Error.Failed", "as told"));
        else if (mode_ == "garbage")
            check(sd_bus_reply_method_return(message, "s", "yes"));
        else
            answer(message, mode_ == "yes", mode_ == "challenge");
    }
    static void answer(sd_bus_message *message, bool authorised, bool challenge) {
        check(sd_bus_reply_method_return(message, "(bba{ss})", int{authorised}, int{challenge}, 0));
    }

    static int on_mode(sd_bus_message *message, void *userdata, sd_bus_error *) {
        FakeAuthority &it = self(userdata);
        const char *mode = nullptr;
        check(sd_bus_message_read(message, "s", &mode));
        const bool was_dead = it.mode_ == "dead";
        it.mode_ = mode;
        if (it.mode_ == "dead" && !was_dead)
            check(sd_bus_release_name(it.bus_, polkit_name));
        if (it.mode_ != "dead" && was_dead)
            check(sd_bus_request_name(it.bus_, polkit_name, 0));
        return sd_bus_reply_method_return(message, nullptr);
    }

    static int on_release(sd_bus_message *message, void *userdata, sd_bus_error *) {
        FakeAuthority &it = self(userdata);
        int authorised = 0;
        check(sd_bus_message_read(message, "b", &authorised));
        for (sd_bus_message *held : it.held_) {
            answer(held, authorised != 0, false);
            sd_bus_message_unref(held);
        }
        it.held_.clear();
        return sd_bus_reply_method_return(message, nullptr);
    }

    static int on_last(sd_bus_message *message, void *userdata, sd_bus_error *) {
        const FakeAuthority &it = self(userdata);
        sd_bus_message *reply = nullptr;
        check(sd_bus_message_new_method_return(message, &reply));
        check(sd_bus_message_append(reply, "sss", it.subject_kind_.c_str(), it.subject_name_.c_str(),
                                    it.action_.c_str()));
        check(sd_bus_message_open_container(reply, 'a', "{ss}"));
        for (const auto &[key, value] : it.details_)
            check(sd_bus_message_append(reply, "{ss}", key.c_str(), value.c_str()));
        check(sd_bus_message_close_container(reply));
        check(sd_bus_message_append(reply, "u", it.flags_));
        const int result = sd_bus_send(it.bus_, reply, nullptr);
        sd_bus_message_unref(reply);
        return result;
    }

    /// Questions asked, cancelled, and held now.
    static int on_counts(sd_bus_message *message, void *userdata, sd_bus_error *) {
        const FakeAuthority &it = self(userdata);
        return sd_bus_reply_method_return(message, "uuu", it.asked_, it.cancelled_,
                                          static_cast<std::uint32_t>(it.held_.size()));
    }

    static constexpr const char *polkit_name = "org.freedesktop.PolicyKit1";
    sd_bus *bus_ = nullptr;
    std::string mode_ = "yes";
    std::string subject_kind_, subject_name_, action_;
    std::map<std::string, std::string> details_;
    std::uint32_t flags_ = 0, asked_ = 0, cancelled_ = 0;
    std::deque<sd_bus_message *> held_;
};

} // namespace frank::test

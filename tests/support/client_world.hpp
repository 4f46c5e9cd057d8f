// frankctl as a user meets it: a private bus, the stand-in for frankend on it, and frankctl run with streams
// or on a terminal. All of it is gone at the end of the test.
#pragma once

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frank::test {

struct Outcome {
    int status = -1; ///< exit status; 1000+N when it died of signal N
    std::string out;
    std::string err;
};

/// frankctl on a terminal of its own.
class TerminalRun {
  public:
    TerminalRun(const std::vector<std::string> &argv, unsigned short rows, unsigned short columns);
    TerminalRun(const TerminalRun &) = delete;
    TerminalRun &operator=(const TerminalRun &) = delete;
    ~TerminalRun();

    void type(const std::string &keys);
    void resize(unsigned short rows, unsigned short columns);
    /// Reads until `text` has been shown; false when it ends or 20 s pass before.
    bool shows(const std::string &text);
    /// Reads to the end.
    int finish();
    /// All that was shown, since the start.
    const std::string &shown() const { return shown_; }
    bool is_raw() const;
    pid_t pid() const { return pid_; }
    int slave() const { return slave_; }

  private:
    bool read_some(std::chrono::steady_clock::time_point deadline);

    int master_ = -1;
    int slave_ = -1;
    pid_t pid_ = -1;
    std::string shown_;
};

class ClientWorld : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    void start_service();
    void stop_service();
    /// The words of a command line of frankctl on the private bus.
    std::vector<std::string> frankctl(const std::vector<std::string> &words) const;
    Outcome run(const std::vector<std::string> &words, const std::string &input = {}) const;
    /// The same through a shell, which sees frankctl as $F.
    Outcome shell(const std::string &script, const std::string &input = {}) const;
    /// What bash would offer for the last of these words of a command line of frankctl, space by space.
    std::string completions(const std::vector<std::string> &words) const;
    const std::string &directory() const { return directory_; }

  private:
    std::string directory_;
    std::string address_;
    pid_t bus_ = -1;
    pid_t service_ = -1;
};

/// Runs a program with its three streams as pipes; killed after 60 s.
Outcome run_program(const std::vector<std::string> &argv, const std::string &input);

/// Waits up to 10 s for something to come true.
bool eventually(const std::function<bool()> &condition);

/// How often `bytes` has a control character other than those of plain lines.
std::size_t control_characters(const std::string &bytes);

} // namespace frank::test

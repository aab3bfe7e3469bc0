#include <unistd.h>

#include <array>
#include <cstdio>

#include "servers/cli/shell/terminal.h"

namespace oofgg::cli {
namespace {

class PipeTerminal final : public Terminal {
 public:
  explicit PipeTerminal(EventLoop& loop) : loop_(loop) {}

  std::optional<std::string> ReadLine(const std::string& /*prompt*/) override {
    while (!cut_off_) {
      const std::size_t end = unread_.find('\n');
      if (end != std::string::npos) return Take(end);
      if (ended_) return unread_.empty() ? std::nullopt : std::optional(Take(unread_.size()));
      if (loop_.ServeOnce(STDIN_FILENO)) Read();
    }
    return std::nullopt;
  }

  void End() override { cut_off_ = true; }

  void Print(std::string_view line) override {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
  }

 private:
  std::string Take(std::size_t length) {
    std::string line = unread_.substr(0, length);
    unread_.erase(0, length + 1);
    return line;
  }

  void Read() {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    ended_ = count <= 0;
    if (!ended_) unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }

  EventLoop& loop_;
  std::string unread_;
  bool ended_ = false;    // What stdin says.
  bool cut_off_ = false;  // What `End` says.
};

}  // namespace

std::unique_ptr<Terminal> MakePipeTerminal(EventLoop& loop) { return std::make_unique<PipeTerminal>(loop); }

}  // namespace oofgg::cli

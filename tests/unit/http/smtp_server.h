#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace oofgg::http {

/// A mail server on 127.0.0.1 that takes one connection at a time and keeps what it hears (RFC 5321, as much
/// of it as a client needs). Ends with this object.
class SmtpServer {
 public:
  /// Answers `refusal` instead of 250 to RCPT, if it is not empty.
  explicit SmtpServer(std::string refusal = "");
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  /// Lines of commands and of the message, without their ends.
  [[nodiscard]] std::vector<std::string> heard() const;
  /// Waits for a line that starts with `prefix`; false if none has come in 20 s.
  [[nodiscard]] bool WaitFor(const std::string& prefix);

 private:
  void Run();
  void Converse(int fd);

  const std::string refusal_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable heard_more_;
  std::vector<std::string> heard_;
  std::thread thread_;
};

}  // namespace oofgg::http

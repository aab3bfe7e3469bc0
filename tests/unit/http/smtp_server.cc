#include "tests/unit/http/smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace oofgg::http {
namespace {

void Say(int fd, const std::string& line) {
  const std::string text = line + "\r\n";
  (void)!send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace

SmtpServer::SmtpServer(std::string refusal) : refusal_(std::move(refusal)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  listen(listener_, 8);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

SmtpServer::~SmtpServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::vector<std::string> SmtpServer::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

bool SmtpServer::WaitFor(const std::string& prefix) {
  std::unique_lock lock(mutex_);
  return heard_more_.wait_for(lock, std::chrono::seconds(20), [&] {
    return std::any_of(heard_.begin(), heard_.end(),
                       [&](const auto& line) { return line.starts_with(prefix); });
  });
}

void SmtpServer::Run() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    Converse(fd);
    close(fd);
  }
}

void SmtpServer::Converse(int fd) {
  Say(fd, "220 test");
  std::string received;
  bool in_message = false;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    received.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = received.find("\r\n"); end != std::string::npos; end = received.find("\r\n")) {
      const std::string line = received.substr(0, end);
      received.erase(0, end + 2);
      {
        const std::lock_guard lock(mutex_);
        heard_.push_back(line);
        heard_more_.notify_all();
      }
      if (in_message) {
        if (line != ".") continue;
        in_message = false;
        Say(fd, "250 kept");
      } else if (line == "DATA") {
        in_message = true;
        Say(fd, "354 go on");
      } else if (line == "QUIT") {
        return Say(fd, "221 bye");
      } else if (line.rfind("RCPT", 0) == 0 && !refusal_.empty()) {
        Say(fd, refusal_);
      } else {
        Say(fd, "250 fine");
      }
    }
  }
}

}  // namespace oofgg::http

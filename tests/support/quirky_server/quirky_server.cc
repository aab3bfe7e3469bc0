// A game server as somebody else might have written it, who knows the Reservation API and nothing of us: it
// links nothing but libc, and has the faults of servers that are out there.
//
//   quirky_server [PORT [SLOTS [GARBLE_PERCENT [MODE]]]]
//
// POST /reservation/ID: 200, or 403 when it is full, also to whom it has seated already. GET: 200 or 404.
// There is no DELETE, and no /status. Under load, that is with several connections open, it stores so many of
// a hundred ids wrong: the seat is taken, and a later GET says 404. GET /garbled is for tests: how often that
// was. Modes: `die` (says why on stderr, and ends with status 3), `hog` (takes memory until something stops
// it).

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

std::set<std::string> seats;
std::size_t slots = 3;
int garble_percent = 0;
int garbled = 0;
unsigned dice = 12345;

bool Unlucky() {
  dice = dice * 1103515245U + 12345U;
  return static_cast<int>(dice >> 16 & 0x7fff) % 100 < garble_percent;
}

std::string Answer(int status, const std::string& body = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string Reserve(const std::string& method, std::string id, bool loaded) {
  if (method == "GET") return Answer(seats.count(id) != 0 ? 200 : 404);
  if (method != "POST") return Answer(405);
  if (seats.size() >= slots) return Answer(403);
  if (loaded && Unlucky()) {
    id += "#" + std::to_string(++garbled);
  }
  seats.insert(id);
  return Answer(200);
}

std::string Handle(const std::string& head, bool loaded) {
  const auto method_end = head.find(' ');
  const auto path_end = head.find(' ', method_end + 1);
  if (method_end == std::string::npos || path_end == std::string::npos) return Answer(400);
  const std::string method = head.substr(0, method_end);
  const std::string path = head.substr(method_end + 1, path_end - method_end - 1);
  if (path == "/garbled") return Answer(200, std::to_string(garbled));
  const std::string prefix = "/reservation/";
  if (path.compare(0, prefix.size(), prefix) != 0) return Answer(404);
  return Reserve(method, path.substr(prefix.size()), loaded);
}

/// False when the peer has gone.
bool Serve(int fd, std::string& input, bool loaded) {
  char buffer[4096];
  const ssize_t count = read(fd, buffer, sizeof buffer);
  if (count <= 0) return false;
  input.append(buffer, static_cast<std::size_t>(count));
  for (auto end = input.find("\r\n\r\n"); end != std::string::npos; end = input.find("\r\n\r\n")) {
    const std::string answer = Handle(input.substr(0, end), loaded);
    input.erase(0, end + 4);  // Nobody sends it a body.
    if (write(fd, answer.data(), answer.size()) != static_cast<ssize_t>(answer.size())) return false;
  }
  return true;
}

int Listen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<unsigned short>(port));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 64) != 0) {
    std::perror("cannot listen");
    std::exit(1);
  }
  return fd;
}

[[noreturn]] void Run(int listener) {
  std::map<int, std::string> peers;
  while (true) {
    std::vector<pollfd> polled{{listener, POLLIN, 0}};
    for (const auto& peer : peers) polled.push_back({peer.first, POLLIN, 0});
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    for (const pollfd& ready : polled) {
      if (ready.revents == 0) continue;
      if (ready.fd == listener) {
        const int peer = accept(listener, nullptr, nullptr);
        if (peer >= 0) peers[peer];
      } else if (!Serve(ready.fd, peers[ready.fd], peers.size() > 1)) {
        close(ready.fd);
        peers.erase(ready.fd);
      }
    }
  }
}

[[noreturn]] void Hog() {
  while (true) {
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    void* const piece = std::malloc(kPiece);
    if (piece != nullptr) std::memset(piece, 1, kPiece);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 3000;
  if (argc > 2) slots = static_cast<std::size_t>(std::atoi(argv[2]));
  if (argc > 3) garble_percent = std::atoi(argv[3]);
  const std::string mode = argc > 4 ? argv[4] : "";
  if (mode == "die") {
    std::fputs("no map to play on\n", stderr);
    return 3;
  }
  // The first process of a container obeys no signal that it has no handler for.
  std::signal(SIGTERM, [](int) { _exit(0); });
  std::puts("quirky server is up");
  std::fflush(stdout);
  const int listener = Listen(port);
  if (mode == "hog") Hog();
  Run(listener);
}

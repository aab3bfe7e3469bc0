#include "servers/cli/session_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <utility>

namespace oofgg::cli {
namespace {

using nlohmann::json;

constexpr auto kLockPatience = std::chrono::seconds(5);
constexpr auto kLockRetry = std::chrono::milliseconds(10);
/// Seconds since 1970 until 2200: later ones are no clock's, and would overflow in nanoseconds.
constexpr std::int64_t kLatest = 7'258'118'400;

Status FileError(const std::string& what, const std::string& path) {
  const StatusCode code = errno == EACCES ? StatusCode::kPermissionDenied : StatusCode::kUnavailable;
  return MakeStatus(code, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

/// A descriptor that closes itself, and with it lets go of its lock.
class FileLock final : public TokenStore::Lock {
 public:
  explicit FileLock(int fd) : fd_(fd) {}
  ~FileLock() override { close(fd_); }

 private:
  int fd_;
};

std::string Member(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool WriteAll(int fd, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = write(fd, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return fsync(fd) == 0;
}

}  // namespace

StatusOr<std::unique_ptr<TokenStore::Lock>> SessionFile::Acquire() {
  std::error_code error;
  const auto folder = std::filesystem::path(path_).parent_path();
  if (!folder.empty() && std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  const std::string lock_path = path_ + ".lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return FileError("open", lock_path);
  auto lock = std::make_unique<FileLock>(fd);
  const auto give_up = std::chrono::steady_clock::now() + kLockPatience;
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return FileError("lock", lock_path);
    if (std::chrono::steady_clock::now() > give_up) {
      return MakeStatus(StatusCode::kUnavailable, "another oofgg holds " + lock_path + "; try again");
    }
    std::this_thread::sleep_for(kLockRetry);
  }
  return lock;
}

StatusOr<json> SessionFile::Read() const {
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) {
    if (errno == ENOENT) return json::object();
    return FileError("read", path_);
  }
  if (!S_ISREG(info.st_mode)) {
    return MakeStatus(StatusCode::kFailedPrecondition, path_ + " is not a file; name another with --session");
  }
  if (info.st_uid != geteuid()) {
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        path_ + " belongs to another user of this machine; name a file of yours with --session");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      path_ + " holds tokens and is open to others; run: chmod 600 " + path_);
  }
  std::ifstream file(path_);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return FileError("read", path_);
  json object = json::parse(text.str(), nullptr, false);
  if (!object.is_object()) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      path_ + " is not a session file of oofgg; move it away and log in again");
  }
  return object;
}

StatusOr<SessionTokens> SessionFile::Load() {
  OOFGG_ASSIGN_OR_RETURN(const json object, Read());
  SessionTokens tokens;
  tokens.user_id = Member(object, "user_id");
  tokens.access_token = Member(object, "access_token");
  tokens.refresh_token = Member(object, "refresh_token");
  tokens.refresh_nonce = Member(object, "refresh_nonce");
  const auto expires = object.find("expires_at");
  if (expires != object.end() && expires->is_number_integer()) {
    const auto seconds = std::clamp(expires->get<std::int64_t>(), std::int64_t{0}, kLatest);
    tokens.expires_at = WallTime(std::chrono::seconds(seconds));
  }
  return tokens;
}

std::string SessionFile::MakerOf(const SessionTokens& tokens) const {
  const auto stored = Read();
  const bool is_stored = stored.ok() && Member(*stored, "refresh_token") == tokens.refresh_token &&
                         Member(*stored, "access_token") == tokens.access_token;
  // A refresh that is about to be tried is no proof that this server made the session.
  return is_stored ? Member(*stored, "server") : server_;
}

Status SessionFile::Remove() const {
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) return FileError("remove", path_);
  return {};
}

Status SessionFile::Refuse() {
  OOFGG_ASSIGN_OR_RETURN(const json stored, Read());
  const std::string maker = Member(stored, "server");
  if (maker == server_) return Remove();
  const std::string advice = "; it is kept, and " + server_ +
                             " does not know it: give --auth of the server that made it, or sign in again: "
                             "oofgg login NAME";
  return MakeStatus(StatusCode::kFailedPrecondition,
                    maker.empty() ? path_ + " does not say which server made its session" + advice
                                  : "this session was made at " + maker + advice);
}

Status SessionFile::Save(const SessionTokens& tokens) {
  if (tokens.refresh_token.empty() && tokens.access_token.empty()) return Remove();
  const json object = {
      {"server", MakerOf(tokens)},
      {"user_id", tokens.user_id},
      {"access_token", tokens.access_token},
      {"refresh_token", tokens.refresh_token},
      {"refresh_nonce", tokens.refresh_nonce},
      {"expires_at", std::chrono::floor<std::chrono::seconds>(tokens.expires_at.time_since_epoch()).count()}};
  const std::string beside = path_ + ".new";
  unlink(beside.c_str());
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return FileError("write", beside);
  const bool written = WriteAll(fd, object.dump(2) + "\n");
  close(fd);
  if (!written || std::rename(beside.c_str(), path_.c_str()) != 0) return FileError("write", path_);
  return {};
}

}  // namespace oofgg::cli

#include "oofgg/auth/password_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "auth/breached_passwords.h"
#include "auth/digest.h"
#include "base/encoding.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::auth {
namespace {

TEST(CommonPasswordPolicyTest, RefusesWhatIsTriedFirst) {
  const CommonPasswordPolicy policy;
  for (const char* easy :
       {"password",   "PassWord",     "password123", "qwertyuiop", "iloveyou",  "letmein123", "trustno1",
        "11111111",   "aaaaaaaaaaaa", "Monkey2024!", "dragon123",  "hello!!!",  "1qaz2wsx",   "Summer2031",
        "p@ssw0rd12", "12345678",     "abcdefgh",    "87654321",   "abcabcabc", "xyxyxyxyxy"}) {
    const Status status = policy.Check(easy, {"somebody", ""});
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << easy;
    EXPECT_EQ(ReasonOf(status), "PASSWORD_TOO_EASY") << easy;
    EXPECT_EQ(FieldViolationsOf(status).at(0).field, "password");
    // Its own field is called so.
    if (std::string(easy) == "password") continue;
    EXPECT_EQ(std::string(status.message()).find(easy), std::string::npos) << "no message repeats it";
  }
}

TEST(CommonPasswordPolicyTest, RefusesTheAccountsOwnNames) {
  const CommonPasswordPolicy policy;
  EXPECT_FALSE(policy.Check("SpaceRacer", {"spaceracer", ""}).ok());
  EXPECT_FALSE(policy.Check("spaceracer123", {"SpaceRacer", ""}).ok());
  EXPECT_FALSE(policy.Check("1spaceracer", {"spaceracer", ""}).ok());
  EXPECT_FALSE(policy.Check("rosa.maier", {"x-42", "Rosa.Maier@example.com"}).ok());
  EXPECT_TRUE(policy.Check("the spaceracer is late", {"spaceracer", ""}).ok()) << "a phrase may hold it";
  EXPECT_TRUE(policy.Check("amaze the crowd", {"ama", ""}).ok()) << "three letters tell nothing";
}

TEST(CommonPasswordPolicyTest, TakesWhatIsNot) {
  const CommonPasswordPolicy policy;
  for (const char* good :
       {"correct horse", "x7!kQ2zw", "vier w\xc3\xb6rter im satz", "aaaaaaab1", "abcabcabd"}) {
    EXPECT_TRUE(policy.Check(good, {"somebody", "somebody@example.com"}).ok()) << good;
  }
}

TEST(CommonPasswordPolicyTest, ALengthCanBeAskedForInCharacters) {
  const CommonPasswordPolicy policy(15);
  EXPECT_EQ(ReasonOf(policy.Check("correct horse", {})), "PASSWORD_TOO_EASY");
  EXPECT_TRUE(policy.Check("correct horse b", {}).ok());
  const std::string umlauts = "\xc3\xa4q\xc3\xb6x\xc3\xbcy\xc3\xa4z";  // 8 characters of 12 bytes.
  EXPECT_FALSE(CommonPasswordPolicy(9).Check(umlauts, {}).ok());
  EXPECT_TRUE(CommonPasswordPolicy(8).Check(umlauts, {}).ok());
}

/// A team's own: whoever derives from the public interface can be the policy of a room.
class NoSpaces final : public PasswordPolicy {
 public:
  Status Check(std::string_view password, const PasswordOwner&) const override {
    if (password.find(' ') == std::string_view::npos) return {};
    return InvalidField("password", "has a space");
  }
};

class BreachedPasswordPolicyTest : public ::testing::Test {
 protected:
  std::string FileOf(const std::vector<std::string>& passwords, const std::string& end = "\n",
                     const std::string& count = ":7") {
    std::vector<std::string> hashes;
    for (const std::string& password : passwords) {
      std::string hash = base::HexEncode(Sha1(password));
      for (char& c : hash) c = static_cast<char>(std::toupper(c));
      hashes.push_back(hash);
    }
    std::sort(hashes.begin(), hashes.end());
    std::string text;
    for (const std::string& hash : hashes) text += hash + count + end;
    return Write(text);
  }
  std::string Write(const std::string& text) {
    const std::string path = folder_.path() + "/breached";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static StatusOr<std::unique_ptr<BreachedPasswordPolicy>> Open(const std::string& path) {
    return BreachedPasswordPolicy::Open(path, std::make_unique<CommonPasswordPolicy>());
  }

  oofgg::testing::TemporaryDirectory folder_;
};

TEST_F(BreachedPasswordPolicyTest, RefusesWhatIsInTheFileAndNeverSaysIt) {
  const auto policy = Open(FileOf({"correct horse", "battery staple"}));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const Status refused = (*policy)->Check("correct horse", {});
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused), "PASSWORD_BREACHED");
  EXPECT_EQ(FieldViolationsOf(refused).at(0).field, "password");
  EXPECT_NE(refused.message().find("choose one that you use nowhere else"), std::string::npos) << refused;
  EXPECT_EQ(refused.ToString().find("correct"), std::string::npos) << refused;
  EXPECT_TRUE((*policy)->Check("Correct horse", {}).ok()) << "in another case it is another password";
  EXPECT_EQ(ReasonOf((*policy)->Check("password123", {})), "PASSWORD_TOO_EASY")
      << "the built-in list goes on";
}

TEST_F(BreachedPasswordPolicyTest, StandsOnAnyOtherPolicy) {
  const auto policy = BreachedPasswordPolicy::Open(FileOf({"password"}), std::make_unique<NoSpaces>());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_FALSE((*policy)->Check("a b", {}).ok());
  EXPECT_TRUE((*policy)->Check("password123", {}).ok());
  EXPECT_FALSE((*policy)->Check("password", {}).ok());
}

TEST_F(BreachedPasswordPolicyTest, FindsEachLineOfEveryKindOfFile) {
  for (const std::string end : {"\n", "\r\n"}) {
    for (const std::string count : {"", ":1", ":12345678"}) {
      for (const std::size_t lines : {1U, 2U, 3U, 70U, 80U, 81U, 200U, 1500U}) {
        std::vector<std::string> passwords;
        for (std::size_t i = 0; i < lines; ++i) passwords.push_back("breached " + std::to_string(i));
        const std::string path = FileOf(passwords, end, count);
        for (const bool open_end : {false, true}) {
          if (open_end) std::filesystem::resize_file(path, std::filesystem::file_size(path) - end.size());
          const auto policy = Open(path);
          ASSERT_TRUE(policy.ok()) << policy.status() << " at " << lines;
          for (const std::string& password : passwords) {
            EXPECT_EQ(ReasonOf((*policy)->Check(password, {})), "PASSWORD_BREACHED") << lines << password;
          }
          for (int i = 0; i < 200; ++i) {
            EXPECT_TRUE((*policy)->Check("unheard-of " + std::to_string(i), {}).ok()) << lines << " " << i;
          }
        }
      }
    }
  }
}

TEST_F(BreachedPasswordPolicyTest, AFileThatIsNoneIsRefusedAtOnce) {
  const std::string good(40, 'A');
  const std::string lower(40, 'a');
  std::string far_off;
  for (int i = 0; i < 5000; ++i) far_off += std::string(35, '0') + std::to_string(10000 + i) + "\n";
  const std::string unsorted = far_off + std::string(40, '0') + "\n";
  const struct {
    std::string text;
    const char* says;
  } cases[] = {{"", "is empty"},
               {"\n", "another kind of line"},
               {"password\nletmein\n", "another kind of line"},
               {lower + "\n", "another kind of line"},
               {good + " 5\n", "another kind of line"},
               {good + ":\n", "another kind of line"},
               {good + ":5x\n", "another kind of line"},
               {good.substr(1) + "\n", "another kind of line"},
               {"\xef\xbb\xbf" + good + "\n", "another kind of line"},
               {std::string(40, 'B') + "\n" + good + "\n", "ascending"},
               {good + "\n" + good + "\n", "ascending"},
               {unsorted, "ascending"},
               {std::string(10'000, 'A'), "too long"}};
  for (const auto& each : cases) {
    const auto policy = Open(Write(each.text));
    EXPECT_EQ(policy.status().code(), StatusCode::kFailedPrecondition) << each.text.substr(0, 60);
    EXPECT_NE(policy.status().message().find(each.says), std::string::npos) << policy.status();
    EXPECT_NE(policy.status().message().find("/breached"), std::string::npos) << policy.status();
  }
  EXPECT_EQ(Open(folder_.path() + "/missing").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Open(folder_.path()).status().code(), StatusCode::kFailedPrecondition);
}

/// Line n of a made-up list of a billion lines, which takes no room.
std::string LineOf(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  return std::string(40 - digits.size(), '0') + digits + "\r\n";
}

TEST(BreachedPasswordsTest, AListOf40GigabytesTakesFewAndSmallReads) {
  constexpr std::uint64_t kLines = 1'000'000'000;
  constexpr std::uint64_t kLine = 42;
  int reads = 0;
  const BreachedPasswords list(kLines * kLine, [&](std::uint64_t offset, std::size_t size) {
    ++reads;
    EXPECT_LE(size, 4096U);
    std::string bytes;
    for (std::uint64_t n = offset / kLine; n < kLines && bytes.size() < size + kLine; ++n) bytes += LineOf(n);
    return StatusOr<std::string>(bytes.substr(offset % kLine, size));
  });
  EXPECT_TRUE(list.CheckSamples().ok()) << list.CheckSamples();
  for (const std::uint64_t n :
       {std::uint64_t{0}, std::uint64_t{1}, kLines / 3, kLines / 2, kLines - 2, kLines - 1}) {
    reads = 0;
    EXPECT_TRUE(list.Contains(LineOf(n).substr(0, 40)).value()) << n;
    EXPECT_LE(reads, 40) << n;
  }
  for (const std::string& absent :
       {LineOf(kLines).substr(0, 40), std::string(40, 'F'), LineOf(kLines / 7).substr(1, 39) + "A"}) {
    reads = 0;
    EXPECT_FALSE(list.Contains(absent).value()) << absent;
    EXPECT_LE(reads, 40) << absent;
  }
}

TEST(BreachedPasswordsTest, AReadThatFailsIsAnError) {
  const BreachedPasswords list(4200, [](std::uint64_t, std::size_t) {
    return StatusOr<std::string>(MakeStatus(StatusCode::kUnavailable, "I/O error"));
  });
  EXPECT_EQ(list.Contains(std::string(40, 'A')).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::auth

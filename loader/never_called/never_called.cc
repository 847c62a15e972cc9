// The functions of LDAP, Kerberos, RTMP and SSH that Debian's static libcurl names and pagehaul never calls, as it
// allows curl no scheme but http, https and ftp and no authentication but Basic and Digest: Debian has no static form
// of their libraries. Linked with libcurl.a (cmake/archives.cmake); what else a newer libcurl.a names is found when the
// build is configured, and the program then linked with the shared libraries. Any thread.

#include <cstdio>
#include <cstdlib>

#define PAGEHAUL_NEVER_CALLED(name)                                                            \
  [[noreturn]] void name() {                                                                   \
    std::fputs("pagehaul: curl called " #name ", which is not linked; report this\n", stderr); \
    std::abort();                                                                              \
  }

extern "C" {

// What curl calls to learn of these libraries: they are there and have nothing to tell.
int libssh2_init(int) {
  return 0;
}
void libssh2_exit() {}
const char* libssh2_version(int) {
  return "none";
}
int ldap_get_option(void*, int, void*) {
  return -1;
}

extern void* GSS_C_NT_HOSTBASED_SERVICE;
void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;

PAGEHAUL_NEVER_CALLED(RTMP_Alloc)
PAGEHAUL_NEVER_CALLED(RTMP_Close)
PAGEHAUL_NEVER_CALLED(RTMP_Connect1)
PAGEHAUL_NEVER_CALLED(RTMP_ConnectStream)
PAGEHAUL_NEVER_CALLED(RTMP_Free)
PAGEHAUL_NEVER_CALLED(RTMP_Init)
PAGEHAUL_NEVER_CALLED(RTMP_Read)
PAGEHAUL_NEVER_CALLED(RTMP_SetBufferMS)
PAGEHAUL_NEVER_CALLED(RTMP_SetupURL)
PAGEHAUL_NEVER_CALLED(RTMP_Write)

PAGEHAUL_NEVER_CALLED(ber_bvfree)
PAGEHAUL_NEVER_CALLED(ber_free)
PAGEHAUL_NEVER_CALLED(ber_memfree)
PAGEHAUL_NEVER_CALLED(ber_memvfree)
PAGEHAUL_NEVER_CALLED(ber_sockbuf_add_io)

PAGEHAUL_NEVER_CALLED(gss_delete_sec_context)
PAGEHAUL_NEVER_CALLED(gss_display_name)
PAGEHAUL_NEVER_CALLED(gss_display_status)
PAGEHAUL_NEVER_CALLED(gss_import_name)
PAGEHAUL_NEVER_CALLED(gss_init_sec_context)
PAGEHAUL_NEVER_CALLED(gss_inquire_context)
PAGEHAUL_NEVER_CALLED(gss_release_buffer)
PAGEHAUL_NEVER_CALLED(gss_release_name)
PAGEHAUL_NEVER_CALLED(gss_unwrap)
PAGEHAUL_NEVER_CALLED(gss_wrap)

PAGEHAUL_NEVER_CALLED(ldap_abandon_ext)
PAGEHAUL_NEVER_CALLED(ldap_err2string)
PAGEHAUL_NEVER_CALLED(ldap_free_urldesc)
PAGEHAUL_NEVER_CALLED(ldap_get_attribute_ber)
PAGEHAUL_NEVER_CALLED(ldap_get_dn_ber)
PAGEHAUL_NEVER_CALLED(ldap_init_fd)
PAGEHAUL_NEVER_CALLED(ldap_memfree)
PAGEHAUL_NEVER_CALLED(ldap_msgfree)
PAGEHAUL_NEVER_CALLED(ldap_msgtype)
PAGEHAUL_NEVER_CALLED(ldap_parse_result)
PAGEHAUL_NEVER_CALLED(ldap_parse_sasl_bind_result)
PAGEHAUL_NEVER_CALLED(ldap_pvt_url_scheme2proto)
PAGEHAUL_NEVER_CALLED(ldap_result)
PAGEHAUL_NEVER_CALLED(ldap_sasl_bind)
PAGEHAUL_NEVER_CALLED(ldap_search_ext)
PAGEHAUL_NEVER_CALLED(ldap_set_option)
PAGEHAUL_NEVER_CALLED(ldap_start_tls)
PAGEHAUL_NEVER_CALLED(ldap_unbind_ext)
PAGEHAUL_NEVER_CALLED(ldap_url_parse)

PAGEHAUL_NEVER_CALLED(libssh2_agent_connect)
PAGEHAUL_NEVER_CALLED(libssh2_agent_disconnect)
PAGEHAUL_NEVER_CALLED(libssh2_agent_free)
PAGEHAUL_NEVER_CALLED(libssh2_agent_get_identity)
PAGEHAUL_NEVER_CALLED(libssh2_agent_init)
PAGEHAUL_NEVER_CALLED(libssh2_agent_list_identities)
PAGEHAUL_NEVER_CALLED(libssh2_agent_userauth)
PAGEHAUL_NEVER_CALLED(libssh2_channel_free)
PAGEHAUL_NEVER_CALLED(libssh2_channel_read_ex)
PAGEHAUL_NEVER_CALLED(libssh2_channel_send_eof)
PAGEHAUL_NEVER_CALLED(libssh2_channel_wait_closed)
PAGEHAUL_NEVER_CALLED(libssh2_channel_wait_eof)
PAGEHAUL_NEVER_CALLED(libssh2_channel_write_ex)
PAGEHAUL_NEVER_CALLED(libssh2_hostkey_hash)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_add)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_checkp)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_del)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_free)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_get)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_init)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_readfile)
PAGEHAUL_NEVER_CALLED(libssh2_knownhost_writefile)
PAGEHAUL_NEVER_CALLED(libssh2_scp_recv2)
PAGEHAUL_NEVER_CALLED(libssh2_scp_send64)
PAGEHAUL_NEVER_CALLED(libssh2_session_abstract)
PAGEHAUL_NEVER_CALLED(libssh2_session_block_directions)
PAGEHAUL_NEVER_CALLED(libssh2_session_callback_set)
PAGEHAUL_NEVER_CALLED(libssh2_session_disconnect_ex)
PAGEHAUL_NEVER_CALLED(libssh2_session_flag)
PAGEHAUL_NEVER_CALLED(libssh2_session_free)
PAGEHAUL_NEVER_CALLED(libssh2_session_handshake)
PAGEHAUL_NEVER_CALLED(libssh2_session_hostkey)
PAGEHAUL_NEVER_CALLED(libssh2_session_init_ex)
PAGEHAUL_NEVER_CALLED(libssh2_session_last_errno)
PAGEHAUL_NEVER_CALLED(libssh2_session_last_error)
PAGEHAUL_NEVER_CALLED(libssh2_session_method_pref)
PAGEHAUL_NEVER_CALLED(libssh2_session_set_blocking)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_close_handle)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_init)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_last_error)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_mkdir_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_open_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_read)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_readdir_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_rename_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_rmdir_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_seek64)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_shutdown)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_stat_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_statvfs)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_symlink_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_unlink_ex)
PAGEHAUL_NEVER_CALLED(libssh2_sftp_write)
PAGEHAUL_NEVER_CALLED(libssh2_userauth_authenticated)
PAGEHAUL_NEVER_CALLED(libssh2_userauth_keyboard_interactive_ex)
PAGEHAUL_NEVER_CALLED(libssh2_userauth_list)
PAGEHAUL_NEVER_CALLED(libssh2_userauth_password_ex)
PAGEHAUL_NEVER_CALLED(libssh2_userauth_publickey_fromfile_ex)

}  // extern "C"
